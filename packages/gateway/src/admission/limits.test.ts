import { afterEach, expect, test } from 'vitest'
import { role, token } from '../testing/chunks.ts'
import { bearer, type Door, type DoorOptions, goodAnswer, keyOf, openDoor } from '../testing/door.ts'
import { type ErrorBody, messages } from '../testing/gateway.ts'
import { json } from '../testing/upstream.ts'

let door: Door
let nowMs = 0
afterEach(() => door.close())

/** On a clock that stands still until `nowMs` is set. */
async function start(rateLimits: object[], options: DoorOptions = {}): Promise<Door['gateway']> {
  nowMs = 0
  door = await openDoor({ rateLimits }, { monotonicMs: () => nowMs, ...options })
  return door.gateway
}

const plain = { model: 'm', messages, max_tokens: 95 }
const streaming = { ...plain, stream: true }

function limitsOf({ headers }: Response): Record<string, string> {
  return Object.fromEntries(
    [...headers].filter(([name]) => /^(x-ratelimit-|retry-|x-should-retry)/.test(name)),
  )
}

/** Reads it to its end: only then is the call over. */
async function read(response: Response): Promise<string> {
  return await response.text()
}

test.each([
  ['streaming', streaming],
  ['not streaming', plain],
])('a good answer tells what is left of the limits: %s', async (_what, body) => {
  const gateway = await start([{ requestsPerMinute: 60, burst: 10, tokensPerMinute: 6_000 }])
  const response = await gateway.chat(body)
  await read(response)
  expect(response.status).toBe(200)
  // 20 characters of prompt are 5 tokens, and 95 may be written.
  expect(limitsOf(response)).toEqual({
    'x-ratelimit-limit-requests': '60',
    'x-ratelimit-remaining-requests': '9',
    'x-ratelimit-reset-requests': '1s',
    'x-ratelimit-limit-tokens': '6000',
    'x-ratelimit-remaining-tokens': '5900',
    'x-ratelimit-reset-tokens': '1s',
  })
  // The call used 10 of the 100 tokens that were reserved.
  const next = await gateway.chat(body)
  expect(limitsOf(next)).toMatchObject({ 'x-ratelimit-remaining-tokens': '5890' })
  await read(next)
})

test.each([
  [500, '2m0s'],
  [59_500, '1m1s'],
])(
  'the time until a limit is full again is never written with sixty seconds: after %i ms %s',
  async (ms, reset) => {
    const gateway = await start([{ requestsPerMinute: 1, burst: 2 }])
    for (let call = 0; call < 2; call++) await read(await gateway.chat(plain))
    nowMs = ms
    expect(limitsOf(await gateway.chat(plain))['x-ratelimit-reset-requests']).toBe(reset)
  },
)

test.each([
  ['streaming', streaming],
  ['not streaming', plain],
])('a call over the limit is refused in OpenAI’s form, and nothing goes up: %s', async (_what, body) => {
  const gateway = await start([{ per: ['caller', 'model'], requestsPerMinute: 2 }])
  await read(await gateway.chat(body))
  await read(await gateway.chat(body))
  const refused = await gateway.chat(body)
  expect(refused.status).toBe(429)
  expect(await refused.json()).toEqual({
    error: {
      message: 'Rate limit reached: 2 requests a minute per caller and model. Try again in 30s.',
      type: 'rate_limit_error',
      code: 'rate_limited',
      param: null,
    },
  })
  expect(limitsOf(refused)).toEqual({
    'retry-after': '30',
    'retry-after-ms': '30000',
    'x-ratelimit-limit-requests': '2',
    'x-ratelimit-remaining-requests': '0',
    'x-ratelimit-reset-requests': '1m0s',
  })
  expect(door.upstream.received).toHaveLength(2)
  expect(await gateway.sample('gateway_rate_limited_total', 'reason="requests"')).toBe(1)
  expect(await gateway.sample('gateway_refused_total', 'reason="rate_limited"')).toBe(1)
  // A refusal must not count as a fast answer of the provider.
  const duration = 'gen_ai_server_request_duration_seconds_count'
  expect(await gateway.sample(duration, 'error_type="rate_limited"')).toBe(0)

  const other = await gateway.chat({ ...body, model: 'n' })
  expect(other.status).toBe(200)
  await read(other)
  nowMs += 30_000
  const again = await gateway.chat(body)
  expect(again.status).toBe(200)
  await read(again)
})

test('tokens run out before requests, and the refusal says so', async () => {
  const gateway = await start([{ requestsPerMinute: 10, tokensPerMinute: 105 }])
  await read(await gateway.chat(plain))
  const refused = await gateway.chat(plain)
  expect(refused.status).toBe(429)
  // 95 are left after the first used 10: five are missing, at 1.75 a second.
  expect(limitsOf(refused)).toMatchObject({ 'retry-after': '3', 'x-ratelimit-remaining-tokens': '95' })
  expect(await gateway.sample('gateway_rate_limited_total', 'reason="tokens"')).toBe(1)
})

test('a provider that refuses costs no tokens', async () => {
  const gateway = await start([{ tokensPerMinute: 100 }], { answer: json({ error: { message: 'no' } }, 400) })
  for (let call = 0; call < 3; call++) {
    const response = await gateway.chat(plain)
    await read(response)
    expect(response.status).toBe(400)
  }
})

test('a call that could use more than the limit ever holds is told to ask for less', async () => {
  const gateway = await start([{ tokensPerMinute: 50 }])
  const refused = await gateway.chat(plain)
  expect(limitsOf(refused)).toMatchObject({ 'x-should-retry': 'false' })
  expect(((await refused.json()) as ErrorBody).error.message).toContain('smaller max_tokens')
})

test('a call whose caller leaves gives its place back, while it streams and before its first token', async () => {
  const silent = Promise.withResolvers<void>()
  const gateway = await start([{ concurrency: 1 }], {
    async answer(response, { body }) {
      if (body.includes('"stream":true')) response.writeHead(200).write(role + token('a'))
      await silent.promise
      response.destroy()
    },
  })
  for (const body of [streaming, plain]) {
    const controller = new AbortController()
    const arrives = door.upstream.next()
    const running = gateway.chat(body, { signal: controller.signal })
    const { cutOff } = await arrives
    const refused = await gateway.chat(body)
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1'])
    expect(((await refused.json()) as ErrorBody).error.message).toContain(
      '1 call at the same time per caller',
    )
    controller.abort()
    await expect(running.then((response) => response.text())).rejects.toThrow()
    // The gateway closes the provider's socket when it gives up the call.
    await cutOff
  }
  silent.resolve()
  const last = await gateway.chat(plain)
  expect(last.status).not.toBe(429)
  expect(await gateway.sample('gateway_rate_limited_total', 'reason="concurrency"')).toBe(2)
})

test('a stream that its caller leaves counts for its prompt and what was sent of it', async () => {
  const gateway = await start([{ tokensPerMinute: 6_000 }], {
    async answer(response, request) {
      if (request.body.includes('"stop"')) return goodAnswer(response, request)
      response.writeHead(200).write(role + token('a') + token('b'))
      await request.cutOff
    },
  })
  const controller = new AbortController()
  const arrives = door.upstream.next()
  const { body } = await gateway.chat(streaming, { signal: controller.signal })
  await body?.getReader().read()
  controller.abort()
  await (await arrives).cutOff
  const next = await gateway.chat({ ...plain, stop: 'stop' })
  await read(next)
  // Less 5 tokens of prompt and the 2 that came, which are booked, and the 100 reserved for this call.
  expect(next.headers.get('x-ratelimit-remaining-tokens')).toBe('5893')
})

test('the callers of a tenant share its limit, and so do those without a tenant', async () => {
  const tenants = { a: 't', b: 't', c: 'u' }
  const keys = [
    ...Object.entries(tenants).map(([id, tenant]) => keyOf(id, { tenant })),
    keyOf('d'),
    keyOf('e'),
  ]
  door = await openDoor({ rateLimits: [{ per: ['tenant'], requestsPerMinute: 1 }], apiKeys: { keys } })
  const statuses: number[] = []
  for (const id of ['a', 'b', 'c', 'd', 'e']) {
    const response = await door.gateway.chat(plain, bearer(`key-of-${id}`))
    await read(response)
    statuses.push(response.status)
  }
  expect(statuses).toEqual([200, 429, 200, 200, 429])
})

test('a limit of a key can count each model by itself', async () => {
  const keys = [keyOf('a', { rateLimits: [{ per: ['model'], requestsPerMinute: 1 }] })]
  door = await openDoor({ apiKeys: { keys } })
  const statuses: number[] = []
  for (const model of ['m', 'n', 'm']) {
    const response = await door.gateway.chat({ ...plain, model }, bearer('key-of-a'))
    await read(response)
    statuses.push(response.status)
  }
  expect(statuses).toEqual([200, 200, 429])
})

test('a key has limits of its own beside those of all', async () => {
  const keys = [keyOf('slow', { rateLimits: [{ requestsPerMinute: 1 }] }), keyOf('fast')]
  door = await openDoor({ rateLimits: [{ per: [], requestsPerMinute: 3 }], apiKeys: { keys } })
  const statusFor = async (id: string) => {
    const response = await door.gateway.chat(plain, bearer(`key-of-${id}`))
    await read(response)
    return response.status
  }
  expect(await statusFor('slow')).toBe(200)
  expect(await statusFor('slow')).toBe(429)
  // The refused call took nothing from the limit of all callers.
  expect(await statusFor('fast')).toBe(200)
  expect(await statusFor('fast')).toBe(200)
  expect(await statusFor('fast')).toBe(429)
})

test('without limits there are no headers about limits', async () => {
  const response = await (await start([])).chat(plain)
  await read(response)
  expect(limitsOf(response)).toEqual({})
})
