/** Starts the upstream, the floor and this gateway, each as a process of its own, and adds other gateways by URL. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Contestant } from './load.ts'

const here = import.meta.dirname
const gatewayMain = join(here, '..', '..', 'packages', 'gateway', 'src', 'main.ts')

export interface Field {
  contestants: Contestant[]
}

/** `others` are `name=url` of gateways that are running already and whose model is at `UPSTREAM_PORT`. */
export async function startField(others: readonly string[], upstreamPort: string): Promise<Field> {
  const children: ChildProcess[] = []
  // Ends them also when the run breaks off.
  process.on('exit', () => children.map((child) => child.kill()))
  const start = (entry: string, env: Record<string, string>, flags: readonly string[] = []) =>
    startProcess(entry, env, flags, children)
  const upstream = await start(join(here, 'upstream.ts'), { UPSTREAM_PORT: upstreamPort })
  const floor = await start(join(here, 'floor.ts'), { UPSTREAM_URL: upstream.url })
  const startGateway = (env: Record<string, string>) =>
    start(gatewayMain, { GATEWAY_PORT: '0', GATEWAY_METRICS_PORT: '0', GATEWAY_DISCOVERY: 'off', ...env }, [
      '--expose-gc',
      '--import',
      join(here, 'memory-probe.ts'),
    ])
  const gateway = await startGateway(writeConfig(upstream.url, 'books'))
  const budgeted = await startGateway(writeConfig(upstream.url, 'books, budget, audit log'))
  const bookless = await startGateway(writeConfig(upstream.url, 'none'))
  const headers = { authorization: `Bearer ${key}` }
  return {
    contestants: [
      { name: 'direct', ...upstream, model, headers: {} },
      { name: 'floor', ...floor, model, headers: {} },
      { name: 'this gateway', ...gateway, model, headers },
      { name: fullest, ...budgeted, model, headers },
      { name: 'without books', ...bookless, model, headers },
      ...others.map(toOther),
    ],
  }
}

const model = 'bench'

/** The gateway with the most to do. */
export const fullest = 'with a budget and an audit log too'

/**
 * A normal config: a key, limits that are not reached here, retries, a breaker, metrics, books; `accounts` varies the
 * books, budget and audit log. JSON is YAML.
 */
function writeConfig(
  upstreamUrl: string,
  accounts: 'none' | 'books' | 'books, budget, audit log',
): Record<string, string> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'))
  const path = join(folder, 'gateway.yaml')
  const params = { baseUrl: `${upstreamUrl}/v1`, apiKey: 'bench' }
  const price = { inputPerMillion: 1, outputPerMillion: 2 }
  const keyHash = `sha256:${createHash('sha256').update(key).digest('hex')}`
  const policies = {
    apiKeys: { mode: 'strict', keys: [{ id: 'bench', keyHash, tenant: 'bench' }] },
    rateLimits: [
      { per: ['caller', 'model'], requestsPerMinute: 1e9, tokensPerMinute: 1e9, concurrency: 1e6 },
    ],
    retry: { attempts: 2 },
    circuitBreaker: { consecutiveFailures: 3, cooldownMs: 10_000 },
    ...(accounts === 'books, budget, audit log' && {
      budgets: [{ per: 'caller', usd: 1e6, period: 'day', mode: 'hard' }],
      audit: { path: join(folder, 'audit.jsonl') },
    }),
  }
  const models = [{ name: model, provider: 'custom', params, price }]
  writeFileSync(path, JSON.stringify({ llm: { models, policies } }))
  return { GATEWAY_CONFIG: path, GATEWAY_BOOKS: accounts === 'none' ? 'off' : join(folder, 'books.db') }
}

/** A random key for one run. */
const key = randomUUID()

/**
 * `name=url`, and after commas the headers that the gateway needs:
 * `portkey=http://127.0.0.1:8787,x-portkey-provider:openai`. Another name of the model is given in the URL:
 * `tensorzero=http://127.0.0.1:3000/openai?model=tensorzero::model_name::bench`.
 */
function toOther(text: string): Contestant {
  const [place = '', ...headers] = text.split(',')
  const [name = '', url = ''] = place.split(/=(.*)/)
  if (!URL.canParse(url)) throw new Error(`"${text}" names no gateway: write name=http://host:port`)
  return {
    name,
    url,
    model: new URL(url).searchParams.get('model') ?? model,
    child: null,
    headers: Object.fromEntries(headers.map((header) => header.split(/:(.*)/).slice(0, 2))),
  }
}

function startProcess(
  entry: string,
  env: Record<string, string>,
  flags: readonly string[],
  children: ChildProcess[],
) {
  const child = spawn(process.execPath, [...flags, entry], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  children.push(child)
  return new Promise<{ url: string; child: ChildProcess }>((resolve, reject) => {
    let output = ''
    child.stdout!.on('data', (text) => {
      output += text
      const url = /ready on (http:[^\s,]+)/.exec(output)?.[1]
      if (url) resolve({ url, child })
    })
    child.on('exit', (code) => reject(new Error(`${entry} ended with ${code}`)))
  })
}
