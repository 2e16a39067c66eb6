/**
 * How much to think → `thinkingConfig`: levels from Gemini 3 on, a budget before, with the numbers of Google's own
 * OpenAI-compatible endpoint.
 */
import type { Effort, Reasoning } from '../reasoning-request.ts'
import { takesMinimal, thinkingBudgetMin, thinksInLevels } from './gemini-model.ts'

export function toThinkingConfig(reasoning: Reasoning, model: string): object | undefined {
  const hasLevels = thinksInLevels(model)
  switch (reasoning.kind) {
    case 'default':
      return undefined
    case 'off':
      // 2.5 Pro, and all from 3 on, cannot stop thinking: the least of it comes closest.
      return hasLevels
        ? { thinkingLevel: toLevel('minimal', model) }
        : { thinkingBudget: thinkingBudgetMin(model) }
    case 'adaptive':
      return { includeThoughts: true, ...(!hasLevels && { thinkingBudget: -1 }) }
    case 'budget':
      return { includeThoughts: true, thinkingBudget: reasoning.tokens }
    case 'effort': {
      const { effort } = reasoning
      if (hasLevels) return { includeThoughts: true, thinkingLevel: toLevel(effort, model) }
      return { includeThoughts: true, thinkingBudget: budgets[effort] }
    }
  }
}

function toLevel(effort: Effort, model: string): string {
  return effort === 'minimal' && !takesMinimal(model) ? levels.low : levels[effort]
}

const levels: Record<Effort, string> = {
  minimal: 'minimal',
  low: 'low',
  medium: 'medium',
  high: 'high',
  xhigh: 'high',
  max: 'high',
}

const budgets: Record<Effort, number> = {
  minimal: 1_024,
  low: 1_024,
  medium: 8_192,
  high: 24_576,
  xhigh: 24_576,
  max: 24_576,
}
