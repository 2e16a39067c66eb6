/** The request to Anthropic for a chat request of OpenAI's form. */
import { anthropic } from '../anthropic/anthropic.ts'

export const ask = (chat: object, model = 'claude-opus-4-6', stream = false) =>
  anthropic.toRequest({ messages: [{ role: 'user', content: 'hi' }], ...chat } as Record<string, unknown>, {
    model,
    stream,
    baseUrl: 'https://api.anthropic.com/v1/',
  })

/** Its body, parsed. */
export const bodyOf = (chat: object, model?: string) => JSON.parse(ask(chat, model).body)
