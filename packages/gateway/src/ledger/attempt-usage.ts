/** The usage of an attempt that has to be paid for: the provider's count, otherwise an estimate. */
import type { Usage } from '@drag-race/contracts'
import type { Call } from '../call.ts'
import { estimateUsage } from '../dialects/openai/estimate-usage.ts'
import { endpoints } from '../endpoints.ts'
import type { AnswerFacts } from '../relay/watch.ts'

export function toAttemptUsage({ endpoint, asked }: Call, facts: AnswerFacts): Usage {
  if (endpoints[endpoint].isFree) return noUsage
  return facts.usage ?? estimateUsage(asked!.estimate.inputTokens, facts)
}

const noUsage: Usage = {
  inputTokens: 0,
  outputTokens: 0,
  reasoningTokens: null,
  cachedTokens: null,
  source: 'usage',
}
