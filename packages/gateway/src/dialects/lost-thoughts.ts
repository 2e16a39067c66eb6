/**
 * Claude with a budget for thinking wants its own thoughts back while tools are called: a turn of tool calls without them
 * is refused ("Expected `thinking` or `redacted_thinking`, but found `tool_use`"). Most clients do not send
 * `reasoning_details` back, and a model that another one stands in for never had any; so the answer to the results of such
 * calls is asked for without thinking. From the next question on Claude thinks again.
 */
import { thinksAdaptively } from './claude-model.ts'
import type { Turn, UserTurn } from './conversation.ts'
import { readReasoningBlocks } from './reasoning-blocks.ts'
import type { Format } from './reasoning-details.ts'
import type { Reasoning } from './reasoning-request.ts'

/** What to ask for: as the caller says, or nothing where a budget would be refused. */
export function withThoughtsLost(
  reasoning: Reasoning,
  model: string,
  format: Format,
  turns: readonly Turn[],
): Reasoning {
  const hasBudget = reasoning.kind === 'budget' || (reasoning.kind === 'effort' && !thinksAdaptively(model))
  return hasBudget && areThoughtsLost(format, turns) ? { kind: 'default' } : reasoning
}

/** Of all calls since the caller last asked something: Claude may think before the first of them only. */
function areThoughtsLost(format: Format, turns: readonly Turn[]): boolean {
  const asked = turns.findLastIndex((turn) => turn.role === 'user' && !hasResults(turn))
  const calling = turns.slice(asked + 1).flatMap((turn) => (turn.role === 'assistant' ? turn.messages : []))
  const last = turns.at(-1)
  if (last?.role !== 'user' || !hasResults(last)) return false
  return calling.every(({ reasoningDetails }) => readReasoningBlocks(format, reasoningDetails).length === 0)
}

function hasResults({ parts }: UserTurn): boolean {
  return parts.some(({ kind }) => kind === 'tool-result')
}
