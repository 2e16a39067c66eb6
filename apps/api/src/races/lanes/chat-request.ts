/** The body of a lane's chat completion, from the race's request and the lane's own settings. */
import type { LaneRequest, Message, RaceRequest } from '@drag-race/contracts'

export function toMessages(request: RaceRequest, lane: LaneRequest): Message[] {
  const system = lane.system ?? request.system
  const messages: Message[] = request.messages ?? [{ role: 'user', content: request.prompt ?? '' }]
  return system === undefined ? messages : [{ role: 'system', content: system }, ...messages]
}

/** All of a lane's body except `stream`; what the lane does not set is left to the provider. */
export function toChatRequest(request: RaceRequest, lane: LaneRequest) {
  return { model: lane.model, messages: toMessages(request, lane), ...toParams(lane) }
}

function toParams({ model, params = {} }: LaneRequest) {
  const { temperature, topP, maxTokens, seed, metadata } = params
  return {
    ...(temperature === undefined ? {} : { temperature }),
    ...(topP === undefined ? {} : { top_p: topP }),
    ...(seed === undefined ? {} : { seed }),
    ...(metadata === undefined ? {} : { metadata }),
    ...(maxTokens === undefined ? {} : { [maxTokensKey(model)]: maxTokens }),
  }
}

/** OpenAI's reasoning models refuse `max_tokens`; most other providers know nothing else. */
function maxTokensKey(model: string): 'max_completion_tokens' | 'max_tokens' {
  return /(^|\/)(o\d|gpt-[5-9])/.test(model) ? 'max_completion_tokens' : 'max_tokens'
}
