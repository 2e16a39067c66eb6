/** A gateway for tests: in this process, on free ports, in front of a provider of the test's own. */
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { GatewayReport } from '@drag-race/contracts'
import { pino } from 'pino'
import { type Config, loadConfig } from '../config/load.ts'
import { createGateway, type Gateway, type GatewayOptions } from '../gateway.ts'
import { type Arrival, arrivalDefault } from '../server.ts'
import type { Tracing } from '../tracing/tracing.ts'
import type { Wait } from '../upstream/wait.ts'

export interface RunningGateway {
  url: string
  metricsUrl: string
  /** Every log line so far. */
  logs: Record<string, unknown>[]
  chat(body: unknown, init?: { headers?: Record<string, string>; signal?: AbortSignal }): Promise<Response>
  /** The value of a metric's sample whose line holds all of these texts; 0 when there is none. */
  sample(name: string, ...labels: string[]): Promise<number>
  /** Reloads the config, as if gateway.yaml now had these `llm` keys. */
  reload(llm: object): void
  gateway: Gateway
  close(): Promise<void>
}

export interface StartOptions {
  variables?: Record<string, string>
  /** Replaces parts of the program's default. */
  arrival?: Partial<Arrival>
  /** The file of the books; without it there are no books. */
  booksPath?: string
  /** The default is the first moment of 2026. */
  date?: () => Date
  /** The default is the machine's clock. */
  monotonicMs?: () => number
  random?: () => number
  /** The wait before a retry; the default really waits. */
  wait?: Wait
  tracing?: Tracing
}

export const messages = [{ role: 'user', content: 'What is a drag race?' }]

export async function startGateway(llm: object, options: StartOptions = {}): Promise<RunningGateway> {
  const logs: Record<string, unknown>[] = []
  const log = pino({ level: 'info', base: null }, { write: (line) => void logs.push(JSON.parse(line)) })
  const gateway = createGateway({
    config: toConfig(llm, options.variables),
    clock: {
      monotonicMs: options.monotonicMs ?? (() => performance.now()),
      date: options.date ?? (() => new Date('2026-01-01T00:00:00Z')),
    },
    log,
    ...toGatewayOptions(options),
  })
  await gateway.ready()
  const url = await listen(gateway.server)
  const metricsUrl = `${await listen(gateway.metricsServer)}/metrics`
  return {
    url,
    metricsUrl,
    logs,
    gateway,
    reload(llm) {
      const text = toText(llm)
      const hash = createHash('sha256').update(text).digest('hex')
      gateway.reload({ ...loadConfig(text, options.variables ?? {}), hash })
    },
    chat: (body, { headers, signal } = {}) =>
      fetch(`${url}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
        signal: signal ?? null,
      }),
    async sample(name, ...labels) {
      const lines = (await (await fetch(metricsUrl)).text()).split('\n')
      const line = lines.find(
        (text) => /^[^{ ]+/.exec(text)?.[0] === name && labels.every((label) => text.includes(label)),
      )
      return line ? Number(line.slice(line.lastIndexOf(' ') + 1)) : 0
    },
    close: () => gateway.close(),
  }
}

function toGatewayOptions(options: StartOptions): Partial<GatewayOptions> {
  const { arrival, booksPath, random, wait, tracing } = options
  return {
    ...(arrival && { arrival: { ...arrivalDefault, ...arrival } }),
    ...(booksPath && { booksPath }),
    ...(random && { random }),
    ...(wait && { wait }),
    ...(tracing && { tracing }),
  }
}

/** A config with these `llm` keys; throws when it has faults. Discovery is off unless `llm` has `discovery`. */
export function toConfig(llm: object, variables: Record<string, string> = {}): Config {
  const loaded = loadConfig(toText(llm), variables)
  if (loaded.isValid) return loaded.config
  throw new Error(loaded.faults.join('\n'))
}

/** JSON is valid YAML. */
function toText(llm: object): string {
  return JSON.stringify({ llm: { discovery: [], ...llm } })
}

/** One model, `m`, at this address. */
export function oneModel(url: string, more: object = {}): object {
  return { models: [{ name: 'm', provider: 'custom', params: { baseUrl: `${url}/v1` }, ...more }] }
}

export interface ErrorBody {
  error: { message: string; type: string; code: string | null; param: null }
  gateway?: GatewayReport
}

/** null: the answer is no error. */
export async function codeOf(response: Response): Promise<string | null> {
  return response.ok ? null : ((await response.json()) as ErrorBody).error.code
}

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
