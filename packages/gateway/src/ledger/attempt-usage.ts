/** What an attempt has used that is to be paid for: as its provider counted, else as it is estimated. */
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
