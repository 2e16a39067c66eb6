/** Starts the gateway: the only file that reads the environment and the wall clock, and opens ports. */
import { lookup } from 'node:dns/promises'
import { readFileSync, statSync } from 'node:fs'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { resolve } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { pino } from 'pino'
import type { Config } from './config/load.ts'
import { type ConfigReading, createConfigReader } from './config/read-config.ts'
import { watchFile } from './config/watch-file.ts'
import { addressFault } from './config/web-address.ts'
import { createGateway } from './gateway.ts'
import { createLogFile } from './log-file.ts'
import { isLoopback } from './loopback.ts'
import { readBatchSettings } from './tracing/batch.ts'
import { checkExporter } from './tracing/check-exporter.ts'
import { readSamplerSettings } from './tracing/sampler-settings.ts'
import type { Tracing } from './tracing/tracing.ts'

// V8 optimises a function after 400 calls, and a request runs most functions once: here after 20 (docs/decisions/0017).
setFlagsFromString('--invocation-count-for-maglev=20')
setFlagsFromString('--minimum-invocations-after-ic-update=10')

/** Signals that come so soon after the first one are copies of it. */
const sameSignalMsMax = 500
/** The longest drain time that can be set: an hour. */
const msMax = 3_600_000

const { env } = process
const host = env.HOST || '127.0.0.1'
const port = readPort('GATEWAY_PORT', '4000')
const metricsPort = readPort('GATEWAY_METRICS_PORT', '15020')
const drainDelayMs = readMs('GATEWAY_DRAIN_DELAY_MS', '0')
const drainMs = readMs('GATEWAY_DRAIN_MS', '30000')
const configPath = env.GATEWAY_CONFIG || 'gateway.yaml'
const simulatorUrl = readSimulatorUrl()
const isDiscovering = readSwitch('GATEWAY_DISCOVERY')
const allowedNames = readNames('ALLOWED_HOSTS')

/** How long the start waits for the books. After that, calls that need them are refused and all others are served. */
const readyMsMax = 10_000

// Standard output is only for the line that says where the gateway listens. Without a listener, its error (a full disk)
// would be thrown.
process.stdout.on('error', () => {})
const logFile = createLogFile(2)
const log = pino({ level: readLogLevel(), base: null }, logFile)

const reader = createConfigReader(configPath, { ...env, SIMULATOR_URL: simulatorUrl })
let stoppedAtMs: number | null = null
let reloaded: Promise<void> = Promise.resolve()
const reading = withoutDiscovery(reader.readAtStart())
if (reading.warnings.length > 0) process.stderr.on('error', () => {})
for (const warning of reading.warnings) console.error(`${configPath}: ${warning}`)
if (!reading.isValid) {
  fail([`${configPath} cannot be used:`, ...reading.faults.map((fault) => `  ${fault}`)].join('\n'))
}
const clock = { monotonicMs: () => performance.now(), date: () => new Date() }
const booksPath = toBooksPath(reading.config)
const gateway = createGateway({
  config: reading.config,
  configHash: reading.hash ?? '',
  configWarnings: reading.warnings,
  clock,
  log,
  processFacts: { version: readVersion(), lostLogLines: logFile.lostLines },
  booksPath,
  tracing: isTraced() ? await loadTracing() : null,
  allowedHosts: (await isOnLoopback()) ? [host.toLowerCase(), ...allowedNames] : null,
})

// All of this before it says that it is ready: whoever waits for that can edit the config or stop the gateway at once.
watchFile(configPath, reload)
// Catches a change between the first reading and the watch. Not for a pipe, which can be read only once.
if (statSync(configPath, { throwIfNoEntry: false })?.isFile()) await reload()
process.on('SIGHUP', reload)
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, stop)
// The program that started this one is gone, so nothing waits for a drain.
process.once('disconnect', end)

await Promise.race([gateway.ready(), setTimeout(readyMsMax)])
const url = await listen(gateway.server, 'GATEWAY_PORT', port)
const metricsUrl = await listen(gateway.metricsServer, 'GATEWAY_METRICS_PORT', metricsPort)
console.log(`gateway ready on ${url}, metrics on ${metricsUrl}/metrics`)

void gateway.discover([url, simulatorUrl, `http://127.0.0.1:${env.PORT || '8000'}`])

function withoutDiscovery(now: ConfigReading): ConfigReading {
  if (!now.isValid || isDiscovering) return now
  return { ...now, config: { ...now.config, discovery: [] } }
}

/** One after the other, so that the newest text is the last. */
function reload(): Promise<void> {
  reloaded = reloaded.then(async () => {
    const now = withoutDiscovery(await reader.readAgain())
    const isSameFile = !now.isValid || toBooksPath(now.config) === booksPath
    gateway.reload(isSameFile ? now : { ...now, warnings: [...now.warnings, booksWarning()] })
  })
  return reloaded
}

function booksWarning(): string {
  const meanwhile = booksPath === null ? 'none are kept' : `they are kept in ${booksPath}`
  return `llm.policies.books.file: a new file for the books takes a restart of the gateway; until then ${meanwhile}`
}

/** By the variables of OpenTelemetry's specification, which takes their words in any case. */
function isTraced(): boolean {
  const endpoints = ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'].filter((variable) =>
    env[variable]?.trim(),
  )
  const isSetTo = (variable: string, word: string) => env[variable]?.trim().toLowerCase() === word
  if (isSetTo('OTEL_SDK_DISABLED', 'true') || isSetTo('OTEL_TRACES_EXPORTER', 'none')) return false
  // The exporter would silently send to its default address.
  const unfit = endpoints.find((variable) => !/^https?:\/\/./i.test(env[variable]?.trim() ?? ''))
  return unfit === undefined
    ? endpoints.length > 0
    : fail(`${unfit} is not a URL: set it to one with http:// or https://, such as http://127.0.0.1:4318.`)
}

/** Imported only when traces are wanted. */
async function loadTracing(): Promise<Tracing> {
  const settings = readTracing()
  const { openTracing } = await import('./tracing/open-telemetry.ts')
  return openTracing({ clock, log, version: readVersion(), ...settings })
}

function readTracing() {
  try {
    checkExporter(env)
    return { sampler: readSamplerSettings(env), batch: readBatchSettings(env) }
  } catch (error) {
    return fail((error as Error).message)
  }
}

/** A second signal ends the gateway at once. Terminals and launchers send the first signal several times. */
function stop() {
  const nowMs = performance.now()
  if (stoppedAtMs === null) {
    stoppedAtMs = nowMs
    void gateway.drain({ delayMs: drainDelayMs, deadlineMs: drainMs }).then(end)
  } else if (nowMs - stoppedAtMs > sameSignalMsMax) end()
}

function end() {
  void gateway
    .close()
    .finally(() => logFile.close())
    .finally(() => process.exit(0))
}

/** `LOCALHOST`, `127.1` and names of the hosts file lead there too. An unknown name is reported by `listen`. */
async function isOnLoopback(): Promise<boolean> {
  const { address } = await lookup(host).catch(() => ({ address: host }))
  return isLoopback(address)
}

function readVersion(): string {
  const file = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(file) as { version: string }).version
}

function toBooksPath({ books }: Config): string | null {
  const file = env.GATEWAY_BOOKS || books.file || 'data/gateway-books.db'
  // `DATABASE_URL` begins with `file:`; here that would be the name of a folder.
  if (env.GATEWAY_BOOKS?.startsWith('file:')) {
    return fail(`GATEWAY_BOOKS is "${file}": set it to a path, without \`file:\`, or to off.`)
  }
  return file.toLowerCase() === 'off' ? null : resolve(file)
}

/** Gives the real address: port 0 means any free port. */
function listen(server: Server, variable: string, wanted: number): Promise<string> {
  return new Promise((resolve) => {
    const failToListen = (error: NodeJS.ErrnoException) => {
      fail(
        error.code === 'EADDRINUSE'
          ? `Port ${wanted} is in use. Free it, or set ${variable} to another port.`
          : `The gateway cannot listen on ${host}:${wanted} (${error.message}). Check HOST and ${variable}.`,
      )
    }
    server.once('error', failToListen)
    server.listen(wanted, host, () => {
      // A connection that cannot be accepted must not end the others.
      server
        .off('error', failToListen)
        .on('error', (error) =>
          log.error({ err: error }, 'a connection could not be accepted; the gateway goes on'),
        )
      const { port: real } = server.address() as AddressInfo
      resolve(`http://${host.includes(':') ? `[${host}]` : host}:${real}`)
    })
  })
}

/** Names without their ports. A value that cannot be a host name is refused: it would silently allow nothing. */
function readNames(variable: string): string[] {
  const names = (env[variable] ?? '')
    .split(',')
    .map((name) => name.trim().replace(/:\d+$/, '').toLowerCase())
    .filter((name) => name !== '')
  const unfit = names.find((name) => /[/*\s]/.test(name))
  return unfit === undefined
    ? names
    : fail(`${variable} holds "${unfit}": list whole names such as llm.example.com, separated by commas.`)
}

/** On, unless the variable is `off`. */
function readSwitch(variable: string): boolean {
  const text = (env[variable] || 'on').toLowerCase()
  return text === 'on' || (text === 'off' ? false : fail(`${variable} is "${text}": set it to on or off.`))
}

function readSimulatorUrl(): string {
  const url = env.SIMULATOR_URL || `http://127.0.0.1:${readPort('SIMULATOR_PORT', '4010')}`
  const fault = addressFault(url, 'take them out')
  return fault === null ? url : fail(`SIMULATOR_URL ${fault}, as in http://127.0.0.1:4010.`)
}

function readLogLevel(): string {
  const level = (env.LOG_LEVEL || 'warn').toLowerCase()
  const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']
  return levels.includes(level)
    ? level
    : fail(`LOG_LEVEL is "${level}": set it to one of ${levels.join(', ')}.`)
}

function readPort(variable: string, fallback: string): number {
  const text = env[variable] || fallback
  if (/^\d+$/.test(text) && Number(text) <= 65_535) return Number(text)
  return fail(`${variable} is "${text}": set it to a number from 0 to 65535.`)
}

function readMs(variable: string, fallback: string): number {
  const text = env[variable] || fallback
  if (/^\d+$/.test(text) && Number(text) <= msMax) return Number(text)
  return fail(`${variable} is "${text}": set it to a number of milliseconds, ${msMax} at most.`)
}

function fail(message: string): never {
  console.error(message)
  process.exit(1)
}
