/** How much to think → `thinking` and `output_config.effort`. Shared with Claude at Bedrock, which has the same two. */
import { maxTokensDefault, thinksAdaptively, withoutThinking } from '../claude-model.ts'
import { cannotCarry } from '../dialect-error.ts'
import type { Effort, Reasoning } from '../reasoning-request.ts'

export interface Thinking {
  thinking?: object
  effort?: Exclude<Effort, 'minimal'>
}

export function toThinking(reasoning: Reasoning, model: string, maxTokens: number): Thinking {
  switch (reasoning.kind) {
    case 'default':
      return {}
    case 'off': {
      // Models with a thinking budget do not think unless asked to.
      if (!thinksAdaptively(model)) return {}
      const type = withoutThinking(model)
      // Where thinking cannot be turned off, the least of it comes closest.
      return type === null ? { effort: 'low' } : { thinking: { type } }
    }
    case 'adaptive':
      return { thinking: adaptive }
    case 'budget':
      return { thinking: { type: 'enabled', budget_tokens: reasoning.tokens } }
    case 'effort': {
      const { effort } = reasoning
      if (!thinksAdaptively(model)) return { thinking: toBudget(effort, maxTokens) }
      return { thinking: adaptive, effort: effort === 'minimal' ? 'low' : effort }
    }
  }
}

/** `max_tokens` where the caller names none. Thinking counts into it, so a budget that the caller named is added. */
export function maxTokensFor(reasoning: Reasoning, model: string): number {
  return maxTokensDefault(model) + (reasoning.kind === 'budget' ? reasoning.tokens : 0)
}

/** Newer models hide their thinking unless asked for a summary. */
const adaptive = { type: 'adaptive', display: 'summarized' }

/** Shares of `max_tokens`, which holds thinking and answer, as OpenRouter made them usual. */
const budgetShare = { minimal: 0.1, low: 0.2, medium: 0.5, high: 0.8, xhigh: 0.9, max: 0.95 } as const
const budgetTokensMin = 1_024
const budgetTokensMax = 32_000

function toBudget(effort: Effort, maxTokens: number): object {
  if (maxTokens <= budgetTokensMin) {
    throw cannotCarry(
      'max_tokens',
      `must be above ${budgetTokensMin} for this model to think: raise it, or leave reasoning_effort out.`,
    )
  }
  const share = Math.floor(maxTokens * budgetShare[effort])
  const tokens = Math.min(Math.max(share, budgetTokensMin), budgetTokensMax)
  return { type: 'enabled', budget_tokens: tokens }
}
