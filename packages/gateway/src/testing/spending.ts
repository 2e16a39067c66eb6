/** A gateway whose calls cost round sums: a token costs ten cents, a call of ten tokens one dollar. */
import { done, finish, role, token, usage, usageChunk } from './chunks.ts'
import { bearer, keyOf } from './door.ts'
import { messages, type RunningGateway, type StartOptions, startGateway } from './gateway.ts'
import { type Answering, json, startUpstream, stream, type Upstream } from './upstream.ts'

export interface Spending {
  gateway: RunningGateway
  upstream: Upstream
  /** Makes a call that costs one dollar, and reads the answer to its end. */
  spend(key: string, more?: object, headers?: Record<string, string>): Promise<Response>
  /** Reloads the config, as if gateway.yaml now had these budgets. */
  reload(budgets: object[]): void
  admin(path: string): Promise<{ status: number; body: unknown }>
  close(): Promise<void>
}

export interface SpendingOptions extends StartOptions {
  answer?: Answering
  keys?: object[]
  budgets?: object[]
  model?: object
  /** Further models, and virtual ones. */
  virtual?: { models: object[]; virtualModels: object[] }
  /** Further policies. */
  policies?: object
}

export const tenCents = { inputPerMillion: 100_000, outputPerMillion: 100_000 }

/** It is estimated at five input and five output tokens; the answer has seven and three. */
export const dollarCall = { model: 'm', messages, max_tokens: 5 }

export async function startSpending(options: SpendingOptions = {}): Promise<Spending> {
  const {
    answer = dollarAnswer,
    keys = [keyOf('a'), keyOf('b')],
    budgets = [],
    model,
    virtual,
    policies,
    ...rest
  } = options
  const upstream = await startUpstream(answer)
  const params = { baseUrl: `${upstream.url}/v1` }
  const toLlm = (budgets: object[]) => ({
    models: [
      { name: 'm', provider: 'custom', params, price: tenCents, ...model },
      ...(virtual?.models ?? []),
    ],
    virtualModels: virtual?.virtualModels ?? [],
    policies: { apiKeys: { keys: [...keys, keyOf('boss', { isAdmin: true })] }, budgets, ...policies },
  })
  const gateway = await startGateway(toLlm(budgets), rest)
  return {
    gateway,
    upstream,
    async spend(key, more = {}, headers = {}) {
      // A JWT has dots in it, and is sent as it is.
      const credential = bearer(key.includes('.') ? key : `key-of-${key}`)
      const response = await gateway.chat(
        { ...dollarCall, ...more },
        { headers: { ...credential.headers, ...headers } },
      )
      await response.clone().text()
      return response
    },
    reload: (budgets) => gateway.reload(toLlm(budgets)),
    async admin(path) {
      const response = await fetch(gateway.url + path, bearer('key-of-boss'))
      return { status: response.status, body: await response.json() }
    },
    async close() {
      await gateway.close()
      await upstream.close()
    },
  }
}

export const dollarAnswer: Answering = (response, request) =>
  (request.body.includes('"stream":true')
    ? stream([role, token('a'), token('b'), finish, usageChunk, done])
    : json({ model: 'up-1', choices: [{ message: { content: 'ab' }, finish_reason: 'stop' }], usage }))(
    response,
    request,
  )
