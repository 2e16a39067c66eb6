/**
 * How much the caller wants the model to think: OpenAI's `reasoning_effort`, or `thinking` in Anthropic's form
 * (`{"type": "enabled", "budget_tokens": 4096}`, `adaptive`, `disabled`) where a budget is meant. Sending both is
 * refused.
 */
import type { ChatRequest } from './chat-request.ts'
import { cannotCarry } from './dialect-error.ts'

export type Effort = 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'max'

export type Reasoning =
  /** The caller does not say: the model does what it does by default. */
  | { kind: 'default' }
  | { kind: 'off' }
  | { kind: 'effort'; effort: Effort }
  | { kind: 'budget'; tokens: number }
  /** The model decides. */
  | { kind: 'adaptive' }

export function readReasoning({ reasoning_effort: effort, thinking }: ChatRequest): Reasoning {
  if (effort && thinking) {
    throw cannotCarry('thinking', 'says the same as `reasoning_effort`: send one of them.')
  }
  if (thinking) {
    if (thinking.type === 'disabled') return { kind: 'off' }
    if (thinking.type === 'adaptive') return { kind: 'adaptive' }
    return { kind: 'budget', tokens: thinking.budget_tokens }
  }
  if (!effort) return { kind: 'default' }
  return effort === 'none' ? { kind: 'off' } : { kind: 'effort', effort }
}
