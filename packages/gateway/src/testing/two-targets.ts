/** A gateway whose model `v` goes to `a`, and to `b` when `a` fails. */
import type { GatewayAttempt, GatewayReport } from '@drag-race/contracts'
import { done, event, events, finish, head, role, token } from './chunks.ts'
import { messages, type RunningGateway, type StartOptions, startGateway } from './gateway.ts'
import { type Answering, type Received, startUpstream, type Upstream } from './upstream.ts'

export interface TwoTargets {
  a: Upstream
  b: Upstream
  gateway: RunningGateway
  /** The waits before retries, in milliseconds; none of them was really waited. */
  waits: number[]
  /** Asks `v`. */
  ask(isStream: boolean, more?: object): Promise<Told>
  close(): Promise<void>
}

/** What the caller got, and what the gateway's report and log say about it. */
export interface Told {
  status: number
  headers: Headers
  text: string
  /** The text of a whole answer; null when it is not whole. */
  answer: string | null
  /** The code of the error, in a body or in an event; its type or message when it has no code. */
  error: string | null
  attempts: GatewayAttempt[]
  log: Record<string, unknown>
}

/** US dollars for a million tokens; an answer of `good` costs 7 × 1 + 3 × 2 millionths. */
const price = { inputPerMillion: 1, outputPerMillion: 2 }
export const goodCostUsd = 13e-6
export const goodUsage = { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 }
export const goodAnswer = 'one two three'

/** A whole answer, streamed or not, as it was asked for. */
export const good: Answering = (response, request) => {
  if (!isStreaming(request)) {
    response.writeHead(200, { 'content-type': 'application/json' })
    const message = { role: 'assistant', content: goodAnswer }
    response.end(JSON.stringify({ ...head, choices: [{ message, finish_reason: 'stop' }], usage: goodUsage }))
    return
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const tokens = goodAnswer.split(/(?= )/).map(token)
  response.end([role, ...tokens, finish, event({ ...head, choices: [], usage: goodUsage }), done].join(''))
}

export const isStreaming = ({ body }: Received) => body.includes('"stream":true')

/** One of these answers for each request; the last one for all further requests. */
export function inTurn(...answers: Answering[]): Answering {
  let turn = 0
  return (response, request) => answers[Math.min(turn++, answers.length - 1)]!(response, request)
}

export interface TwoTargetsOptions extends StartOptions {
  a: Answering
  b?: Answering
  policies?: object
  /** Only for `a`, so that on a busy machine `b` is not late as well. */
  timeoutsOfA?: object
  virtual?: object
}

/** For a test file: what a test starts is closed after the test. Takes vitest's `afterEach`. */
export function useTwoTargets(
  afterEach: (close: () => Promise<void>) => void,
): (options: TwoTargetsOptions) => Promise<TwoTargets> {
  const opened: TwoTargets[] = []
  afterEach(async () => {
    for (const each of opened.splice(0)) await each.close()
  })
  return async (options) => {
    const targets = await startTwoTargets(options)
    opened.push(targets)
    return targets
  }
}

/** Both forms of a call. */
export const forms = [
  ['streaming', true],
  ['not streaming', false],
] as const

export async function startTwoTargets(options: TwoTargetsOptions): Promise<TwoTargets> {
  const { a: answerA, b: answerB = good, policies = {}, timeoutsOfA = {}, virtual = {}, ...rest } = options
  const [a, b] = await Promise.all([startUpstream(answerA), startUpstream(answerB)])
  const model = (name: string, { url }: Upstream) => ({
    name,
    provider: 'custom',
    params: { baseUrl: `${url}/v1`, model: `up-${name}` },
    price,
  })
  const targets = [
    { model: 'a', priority: 1 },
    { model: 'b', priority: 2 },
  ]
  const waits: number[] = []
  const gateway = await startGateway(
    {
      models: [{ ...model('a', a), timeouts: timeoutsOfA }, model('b', b)],
      virtualModels: [{ name: 'v', routing: { priority: { targets } }, ...virtual }],
      policies,
    },
    { wait: async (ms) => void waits.push(ms), random: () => 0.5, ...rest },
  )
  return {
    a,
    b,
    gateway,
    waits,
    async ask(isStream, more = {}) {
      const before = gateway.logs.length
      const response = await gateway.chat(
        { model: 'v', messages, ...(isStream && { stream: true }), ...more },
        { headers: { 'x-gateway-report': '1' } },
      )
      const text = await response.text()
      await until(() => gateway.logs.length > before)
      return { ...tell(text), status: response.status, headers: response.headers, log: gateway.logs.at(-1)! }
    },
    async close() {
      await gateway.close()
      await Promise.all([a.close(), b.close()])
    },
  }
}

function tell(text: string): Pick<Told, 'text' | 'answer' | 'error' | 'attempts'> {
  const isJson = text.startsWith('{')
  const all = (isJson ? [JSON.parse(text)] : events(text)) as Said[]
  const said = all.filter((each) => typeof each === 'object')
  const error = said.find((each) => each.error)?.error ?? null
  const content = said
    .map(({ choices }) => (choices?.[0]?.delta ?? choices?.[0]?.message)?.content ?? '')
    .join('')
  const isEnded = isJson || (all.at(-1) as unknown) === '[DONE]'
  return {
    text,
    answer: error === null && isEnded ? content : null,
    error: error && (error.code ?? error.type ?? error.message ?? ''),
    attempts: said.find((each) => each.gateway)?.gateway?.attempts ?? [],
  }
}

interface Said {
  choices?: { delta?: { content?: string }; message?: { content?: string } }[]
  error?: { code?: string; type?: string; message?: string }
  gateway?: GatewayReport
}

/** The record is written a tick after the last byte. */
async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise(setImmediate)
}
