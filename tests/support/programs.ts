/** Starts the project's programs as a user does: real processes on free ports, in a folder of their own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { raiseProgram } from '../../scripts/real-time.ts'

export const root = join(import.meta.dirname, '..', '..')

export interface RunningProgram {
  url: string
  /** All of its output so far. */
  output(): string
  /** Ends the program and waits for that; resolves to the exit code, or the signal that ended it. */
  stop(signal?: NodeJS.Signals): Promise<number | NodeJS.Signals | null>
  exited: Promise<number | NodeJS.Signals | null>
  process: ChildProcess
}

const entries = {
  simulator: 'packages/simulator/src/main.ts',
  gateway: 'packages/gateway/src/main.ts',
  app: 'apps/api/src/main.ts',
}

/** Less than a test or hook may take, so that what the program said is told and not only that time ran out. */
const readyMsMax = 50_000

/** Resolves when the program says that it is ready; rejects with its output when it ends before, or does not say so. */
export function startProgram(
  name: keyof typeof entries,
  env: Record<string, string>,
): Promise<RunningProgram> {
  return startCommand(
    [process.execPath, join(root, entries[name])],
    env,
    new RegExp(`${name} ready on (http://[^\\s,]+)`),
  )
}

export async function startCommand(
  [command, ...args]: string[],
  env: Record<string, string>,
  readyLine: RegExp,
  options: { cwd?: string; detached?: boolean } = {},
): Promise<RunningProgram> {
  // No key of the person who runs the tests is to reach a program under test.
  const clean = Object.fromEntries(
    Object.entries(process.env).filter(([key]) => !/_API_KEY$|^VITEST|^NODE_/.test(key)),
  )
  const child = spawn(command!, args, {
    cwd: root,
    ...options,
    env: { ...clean, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const exited = new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.on('exit', (code, signal) => resolve(code ?? signal))
  })
  const { promise: ready, resolve, reject } = Promise.withResolvers<string>()
  const onText = (text: Buffer) => {
    output += text
    const found = readyLine.exec(output)
    if (found) resolve(found[1]!)
  }
  child.stdout.on('data', onText)
  child.stderr.on('data', onText)
  exited.then((code) => reject(new Error(`${args[0]} ended with ${code}:\n${output}`)))
  const overdue = setTimeout(() => {
    reject(new Error(`${args[0]} has not said ${readyLine} within ${readyMsMax / 1000} s:\n${output}`))
    child.kill()
  }, readyMsMax)
  const url = await ready.finally(() => clearTimeout(overdue))
  return {
    url,
    output: () => output,
    exited,
    process: child,
    stop(signal = 'SIGTERM') {
      child.kill(signal)
      return exited
    },
  }
}

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** Simulator and gateway, connected: all that a client of the gateway needs. */
export interface Road {
  simulator: RunningProgram
  gateway: RunningProgram
  gatewayMetricsUrl: string
  folder: string
  stop(): Promise<void>
}

export interface House extends Road {
  app: RunningProgram
  /** Starts the app again on the same database and port, as after a crash. */
  restartApp(): Promise<void>
}

export interface HouseOptions {
  /** Further entries of gateway.yaml's `llm.models`. */
  models?: object[]
  env?: Record<string, string>
  /** As under `npm start`, where the system allows it. Tests must not take the cores from each other. */
  isRealTime?: boolean
}

export async function startRoad({
  models = [],
  env = {},
  isRealTime = false,
}: HouseOptions = {}): Promise<Road> {
  const folder = mkdtempSync(join(tmpdir(), 'drag-race-'))
  const simulator = await startProgram('simulator', { SIMULATOR_PORT: '0' })
  const config = join(folder, 'gateway.yaml')
  // JSON is YAML.
  writeFileSync(config, JSON.stringify({ llm: { models: [...simulatedModels, ...models] } }))
  const gateway = await startProgram('gateway', {
    GATEWAY_CONFIG: config,
    GATEWAY_PORT: '0',
    GATEWAY_METRICS_PORT: '0',
    GATEWAY_DISCOVERY: 'off',
    GATEWAY_DRAIN_MS: '0',
    GATEWAY_BOOKS: join(folder, 'books.db'),
    SIMULATOR_URL: simulator.url,
    ...env,
  })
  if (isRealTime) await Promise.all([simulator, gateway].map(({ process }) => raiseProgram(process.pid!)))
  return {
    simulator,
    gateway,
    gatewayMetricsUrl: /metrics on (http:\S+)/.exec(gateway.output())![1]!,
    folder,
    async stop() {
      await Promise.all([gateway.stop(), simulator.stop()])
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export async function startHouse(options: HouseOptions = {}): Promise<House> {
  const road = await startRoad(options)
  const appEnv = {
    PORT: String(await freePort()),
    DATABASE_URL: `file:${join(road.folder, 'races.db')}`,
    GATEWAY_URL: road.gateway.url,
    GATEWAY_METRICS_URL: road.gatewayMetricsUrl,
    SIMULATOR_URL: road.simulator.url,
    // A margin that is measured while other tests start would decide places. Tests of the clock switch it on.
    CLOCK_CALIBRATION: 'off',
    REAL_TIME: options.isRealTime ? 'on' : 'off',
    ...options.env,
  }
  const house: House = {
    ...road,
    app: await startProgram('app', appEnv),
    async restartApp() {
      house.app = await startProgram('app', appEnv)
    },
    async stop() {
      await house.app.stop()
      await road.stop()
    },
  }
  return house
}

const simulatedModels = [
  ['sim-sprint', 'fast-small'],
  ['sim-heavy', 'slow-large'],
  ['sim-thinker', 'reasoning'],
  ['sim-sentinel', 'steady?ttft=50&tps=100&tokens=6000'],
  ['sim-quick', 'steady?ttft=20&tps=200&tokens=60'],
  ['sim-slow', 'steady?ttft=150&tps=40&tokens=60'],
  ['sim-long', 'steady?ttft=20&tps=100&tokens=1500'],
  ['sim-429', 'fail-429'],
  ['sim-401', 'fail-401'],
  ['sim-500', 'fail-500'],
  ['sim-cut', 'cut'],
  ['sim-malformed', 'malformed'],
  ['sim-silent', 'silent'],
  ['sim-stall', 'stall'],
].map(([name, model]) => ({ name, provider: 'simulator', params: { model } }))
