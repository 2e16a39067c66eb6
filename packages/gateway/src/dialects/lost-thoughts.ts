/**
 * A Claude with a thinking budget wants its own thinking back while tools are called: it refuses tool calls without the
 * thinking before them ("Expected `thinking` or `redacted_thinking`, but found `tool_use`"). Most clients do not send
 * `reasoning_details` back, and a Claude that takes over from another model never had any. So the answer to the results
 * of such calls is requested without thinking. From the caller's next question on Claude thinks again.
 */
import { thinksAdaptively } from './claude-model.ts'
import type { Turn, UserTurn } from './conversation.ts'
import { readReasoningBlocks } from './reasoning-blocks.ts'
import type { Format } from './reasoning-details.ts'
import type { Reasoning } from './reasoning-request.ts'

/** What the caller asks for, or the model's default where a thinking budget would be refused. */
export function withThoughtsLost(
  reasoning: Reasoning,
  model: string,
  format: Format,
  turns: readonly Turn[],
): Reasoning {
  const hasBudget = reasoning.kind === 'budget' || (reasoning.kind === 'effort' && !thinksAdaptively(model))
  return hasBudget && areThoughtsLost(format, turns) ? { kind: 'default' } : reasoning
}

/** No call since the caller's last question has thinking before it. Claude can think before the first call only. */
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
