/** Temperature and the like for Claude, at Anthropic and at Bedrock. */
import type { ChatRequest } from '../chat-request.ts'
import { cannotCarry } from '../dialect-error.ts'

export interface Sampling {
  temperature?: number
  topP?: number
}

/**
 * OpenAI's temperature goes up to 2; cutting it down to 1 unsaid would be another than was asked for. 1 is Claude's own default
 * for both: left out, because newer models refuse to be told, and many clients say it as a matter of course.
 */
export function toSampling({ temperature, top_p: topP }: ChatRequest): Sampling {
  if (temperature != null && (temperature < 0 || temperature > 1)) {
    throw cannotCarry('temperature', 'must be from 0 to 1 for Claude.')
  }
  return {
    ...(temperature != null && temperature !== 1 && { temperature }),
    ...(topP != null && topP !== 1 && { topP }),
  }
}
