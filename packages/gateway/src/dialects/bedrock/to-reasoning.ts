/**
 * How much to think, in the form of the model's family: Converse itself has only an effort, and passes other members on
 * to the model.
 */
import { maxTokensFor, toThinking } from '../anthropic/to-thinking.ts'
import { isClaude } from '../claude-model.ts'
import type { Turn } from '../conversation.ts'
import { cannotCarry } from '../dialect-error.ts'
import { withThoughtsLost } from '../lost-thoughts.ts'
import type { Effort, Reasoning } from '../reasoning-request.ts'

export interface ReasoningMembers {
  /** `outputConfig.effort` */
  effort?: string | undefined
  /** `additionalModelRequestFields` */
  fields?: object
  maxTokens?: number | undefined
}

export function toReasoning(
  reasoning: Reasoning,
  model: string,
  askedMaxTokens: number | null | undefined,
  turns: readonly Turn[],
): ReasoningMembers {
  const maxTokens = askedMaxTokens ?? undefined
  if (reasoning.kind === 'default') return { maxTokens }
  if (isClaude(model)) {
    return toClaude(withThoughtsLost(reasoning, model, 'bedrock', turns), model, maxTokens)
  }
  if (reasoning.kind === 'budget' || reasoning.kind === 'adaptive') {
    throw cannotCarry('thinking', 'is for Claude only at Bedrock: use `reasoning_effort`, or leave it out.')
  }
  const effort = reasoning.kind === 'off' ? 'none' : reasoning.effort
  if (/amazon\.nova/i.test(model)) return { maxTokens, fields: { reasoningConfig: toNova(effort) } }
  if (/openai\.gpt-oss/i.test(model)) return { maxTokens, fields: { reasoning_effort: effort } }
  if (/openai\./i.test(model)) return { maxTokens, fields: { reasoning: { effort } } }
  throw cannotCarry('reasoning_effort', 'cannot be carried to this model at Bedrock: leave it out.')
}

/** A budget must be below `maxTokens`, so `maxTokens` is sent with it. */
function toClaude(reasoning: Reasoning, model: string, asked: number | undefined): ReasoningMembers {
  const maxTokens = asked ?? maxTokensFor(reasoning, model)
  const { thinking, effort } = toThinking(reasoning, model, maxTokens)
  const hasBudget = thinking !== undefined && 'budget_tokens' in thinking
  return { effort, fields: thinking ? { thinking } : {}, maxTokens: hasBudget ? maxTokens : asked }
}

function toNova(effort: Effort | 'none'): object {
  if (effort === 'none') return { type: 'disabled' }
  const levels = { minimal: 'low', low: 'low', medium: 'medium', high: 'high', xhigh: 'high', max: 'high' }
  return { type: 'enabled', maxReasoningEffort: levels[effort] }
}
