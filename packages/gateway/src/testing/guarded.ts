/** For tests of guardrails: a gateway with guardrails in front of a provider, and the texts in a stream. */
import { events } from './chunks.ts'
import { goodAnswer } from './door.ts'
import { type RunningGateway, startGateway } from './gateway.ts'
import { type Answering, startUpstream, type Upstream } from './upstream.ts'

export interface Guarded {
  gateway: RunningGateway
  upstream: Upstream
  close(): Promise<void>
}

export const card = '4111 1111 1111 1111'
const guardrail = (detector: string, more: object = {}) => ({
  name: `no-${detector}`,
  on: ['request', 'response'],
  match: { detector },
  action: 'mask',
  ...more,
})
export const cards = guardrail('card-number')
export const mails = guardrail('email')

export async function startGuarded(guardrails: object[], answer: Answering = goodAnswer): Promise<Guarded> {
  const upstream = await startUpstream(answer)
  const params = { baseUrl: `${upstream.url}/v1` }
  const gateway = await startGateway({
    models: [
      ...['m', 'n'].map((name) => ({ name, provider: 'custom', params })),
      { name: 'claude', provider: 'anthropic', params: { ...params, apiKey: 'key-of-the-gateway' } },
    ],
    virtualModels: [{ name: 'v', routing: { priority: { targets: [{ model: 'm', priority: 1 }] } } }],
    policies: { guardrails },
  })
  return {
    gateway,
    upstream,
    async close() {
      await gateway.close()
      await upstream.close()
    },
  }
}

export const ask = (content: unknown, more: object = {}) => ({
  model: 'm',
  messages: [{ role: 'user', content }],
  ...more,
})
export const post = (gateway: RunningGateway, path: string, body: object) =>
  fetch(gateway.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })

/** The texts of a stream, put together as a client would. */
export function readTexts(bytes: string) {
  const texts: Record<string, string> = {}
  const add = (key: string, piece: unknown) => {
    if (typeof piece === 'string') texts[key] = (texts[key] ?? '') + piece
  }
  for (const chunk of events(bytes) as Told[]) {
    for (const { index = 0, delta: said = {}, text } of chunk.choices ?? []) {
      add(`${index} text`, text)
      add(`${index} answer`, said.content)
      add(`${index} reasoning`, said.reasoning_content)
      for (const call of said.tool_calls ?? []) add(`${index} tool ${call.index}`, call.function?.arguments)
    }
  }
  return texts
}

export interface Told {
  choices?: {
    index?: number
    text?: string
    finish_reason?: string | null
    delta?: {
      content?: string
      reasoning_content?: string
      tool_calls?: { index: number; function?: { arguments?: string } }[]
    }
  }[]
  usage?: object
  error?: { code: string }
}
