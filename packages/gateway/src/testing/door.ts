/** For tests of admission: a gateway with these policies in front of a provider that answers, and API keys for it. */
import { hashKey } from '../admission/api-keys.ts'
import { done, finish, role, token, usage, usageChunk } from './chunks.ts'
import { type RunningGateway, startGateway } from './gateway.ts'
import { type Answering, json, startUpstream, stream, type Upstream } from './upstream.ts'

export interface Door {
  gateway: RunningGateway
  upstream: Upstream
  close(): Promise<void>
}

export interface DoorOptions {
  answer?: Answering
  monotonicMs?: () => number
  variables?: Record<string, string>
}

/** Two models, `m` and `n`. */
export async function openDoor(policies: object, options: DoorOptions = {}): Promise<Door> {
  const upstream = await startUpstream(options.answer ?? goodAnswer)
  const params = { baseUrl: `${upstream.url}/v1`, apiKey: providerKey }
  const models = ['m', 'n'].map((name) => ({ name, provider: 'custom', params }))
  const gateway = await startGateway(
    { models, policies },
    {
      ...(options.monotonicMs && { monotonicMs: options.monotonicMs }),
      ...(options.variables && { variables: options.variables }),
    },
  )
  return {
    gateway,
    upstream,
    async close() {
      await gateway.close()
      await upstream.close()
    },
  }
}

/** The key that the gateway itself sends to the provider. */
export const providerKey = 'sk-of-the-gateway'

/** An answer whose usage is ten tokens, streamed when the request asks for that. */
export const goodAnswer: Answering = (response, request) =>
  (request.body.includes('"stream":true')
    ? stream([role, token('a'), token('b'), finish, usageChunk, done])
    : json({ model: 'up-1', choices: [{ message: { content: 'ab' } }], usage }))(response, request)

/** An entry of `apiKeys.keys`; the key is `key-of-<id>`. */
export function keyOf(id: string, more: object = {}): object {
  return { id, keyHash: hashKey(`key-of-${id}`), ...more }
}

export function bearer(credential: string): { headers: Record<string, string> } {
  return { headers: { authorization: `Bearer ${credential}` } }
}
