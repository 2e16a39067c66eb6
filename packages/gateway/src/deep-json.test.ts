/** JSON nested deeper than the call stack allows, from a provider or a caller, is never an internal error. */
import { expect, test } from 'vitest'
import type { ErrorBody } from './testing/gateway.ts'
import { ask, mails, startGuarded } from './testing/guarded.ts'
import { useOpened } from './testing/opened.ts'
import { type Answering, json, stream } from './testing/upstream.ts'

const opened = useOpened()

const nest = (open: string, close: string, levels = 20_000) =>
  `${open.repeat(levels)}"x"${close.repeat(levels)}`
const bodies: [what: string, body: string][] = [
  ['messages', nest('{"message":', '}')],
  ['lists', nest('[', ']')],
  ['an error', `{"error":${nest('{"a":', '}')}}`],
  ['lists of details', `{"detail":${nest('[', ']')}}`],
  ['a place', `{"detail":{"loc":[${nest('[', ']')}],"msg":"no"}}`],
]
async function start(guardrails: object[], answer: Answering) {
  const guarded = await startGuarded(guardrails, answer)
  opened.push(guarded)
  return guarded.gateway
}

test.each(bodies)('a refusal of %s keeps its status and its words', async (_what, body) => {
  const gateway = await start([], json(body, 429))
  const response = await gateway.chat(ask('hi'))
  expect(response.status).toBe(429)
  expect(((await response.json()) as ErrorBody).error.message).toContain(body.slice(0, 1_000))
})

test.each([false, true])('an error in a good answer is the provider’s (streaming: %s)', async (isStream) => {
  const [, body] = bodies[2]!
  const gateway = await start([], isStream ? stream([`data: ${body}\n\n`]) : json(body))
  const response = await gateway.chat(ask('hi', { stream: isStream }))
  await response.text()
  expect(gateway.logs.at(-1)).toMatchObject({ outcome: 'stream_error' })
})

test.each(bodies.flatMap(([what, body]) => [true, false].map((isStream) => [what, isStream, body] as const)))(
  '%s in place of an answer are the provider’s fault (streaming: %s)',
  async (_what, isStream, body) => {
    const gateway = await start([], isStream ? stream([`data: ${body}\n\n`]) : json(body))
    await (await gateway.chat(ask('hi', { stream: isStream }))).text()
    expect(gateway.logs.at(-1)!.outcome).toMatch(/^(bad_response|stream_error|stream_cut)$/)
  },
)

test.each([500, 1_000, 1_500, 2_000, 2_500])(
  'guardrails say of %i levels what they cannot check',
  async (levels) => {
    const answer = `{"choices":[{"message":{"content":"a","odd":${nest('{"a":', '}', levels)}}}]}`
    const gateway = await start([mails], json(answer))
    await (await gateway.chat(ask('hi'))).text()
    const content = nest('[', ']', levels)
    await (await gateway.chat(`{"model":"m","messages":[{"role":"user","content":${content}}]}`)).text()
    const outcomes = gateway.logs.flatMap(({ outcome }) => outcome ?? [])
    expect(outcomes).toHaveLength(2)
    expect(outcomes).not.toContain('internal_error')
  },
)
