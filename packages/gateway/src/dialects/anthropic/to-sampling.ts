/** Temperature and the like for Claude, at Anthropic and at Bedrock. */
import type { ChatRequest } from '../chat-request.ts'
import { refusesSampling } from '../claude-model.ts'
import { cannotCarry } from '../dialect-error.ts'

export interface Sampling {
  temperature?: number
  topP?: number
  topK?: number
}

/**
 * OpenAI's temperature goes up to 2, Claude's to 1: a higher one is refused, not lowered silently. 1 is Claude's own
 * default for both and is left out, because newer models refuse these members, and many clients always send them.
 */
export function toSampling({ temperature, top_p: topP, top_k: topK }: ChatRequest, model: string): Sampling {
  if (temperature != null && (temperature < 0 || temperature > 1)) {
    throw cannotCarry('temperature', 'must be from 0 to 1 for Claude.')
  }
  const asked = {
    ...(temperature != null && temperature !== 1 && { temperature }),
    ...(topP != null && topP !== 1 && { top_p: topP }),
    ...(topK != null && { top_k: topK }),
  }
  const [refused] = refusesSampling(model) ? Object.keys(asked) : []
  if (refused)
    throw cannotCarry(refused, 'cannot be set for this model: leave it out, or name another model.')
  return { temperature: asked.temperature, topP: asked.top_p, topK: asked.top_k }
}
