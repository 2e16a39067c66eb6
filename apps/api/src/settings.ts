/** The app's settings from its environment, checked. A fault is one line that names the variable and what to do. */
import { isBlockedPort } from '@drag-race/contracts'
import type { GatewayAddress } from './app-context.ts'

export interface Settings {
  host: string
  port: number
  databaseUrl: string
  logLevel: string
  allowedHosts: string[]
  gateway: GatewayAddress
  /** Without a slash at the end. */
  simulatorUrl: string
  /** Measure the clock at the start, in the background. On demand it is measured in any case. */
  isCalibratedAtStart: boolean
  /** Run races with real-time priority, where the system allows it. */
  wantsRealTime: boolean
}

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']

export function readSettings(environment: Record<string, string | undefined>): Settings {
  /** Empty is unset, as in a copied .env.example. */
  const read = (name: string) => environment[name]?.trim() || undefined
  const gatewayPort = readPort(read('GATEWAY_PORT'), 'GATEWAY_PORT', 4000)
  const metricsPort = readPort(read('GATEWAY_METRICS_PORT'), 'GATEWAY_METRICS_PORT', 15020)
  const simulatorPort = readPort(read('SIMULATOR_PORT'), 'SIMULATOR_PORT', 4010)
  const logLevel = (read('LOG_LEVEL') ?? 'warn').toLowerCase()
  if (!logLevels.includes(logLevel)) {
    throw new Error(`LOG_LEVEL is "${logLevel}". Set it to one of ${logLevels.join(', ')}.`)
  }
  return {
    host: read('HOST') ?? '127.0.0.1',
    port: readPort(read('PORT'), 'PORT', 8000),
    databaseUrl: read('DATABASE_URL') ?? 'file:data/races.db',
    logLevel,
    allowedHosts: readNames(read('ALLOWED_HOSTS') ?? ''),
    isCalibratedAtStart: readSwitch(read('CLOCK_CALIBRATION'), 'CLOCK_CALIBRATION'),
    wantsRealTime: readSwitch(read('REAL_TIME'), 'REAL_TIME'),
    gateway: {
      url: readUrl(read('GATEWAY_URL'), 'GATEWAY_URL', `http://127.0.0.1:${gatewayPort}`).replace(
        /\/(v1\/?)?$/,
        '',
      ),
      metricsUrl: readUrl(
        read('GATEWAY_METRICS_URL'),
        'GATEWAY_METRICS_URL',
        `http://127.0.0.1:${metricsPort}/metrics`,
      ),
      isDefaultAddress: read('GATEWAY_URL') === undefined,
      apiKey: read('GATEWAY_API_KEY') ?? null,
    },
    simulatorUrl: readUrl(
      read('SIMULATOR_URL'),
      'SIMULATOR_URL',
      `http://127.0.0.1:${simulatorPort}`,
    ).replace(/\/+$/, ''),
  }
}

/** The gateway refuses the same texts; here they count where it is another one, or in another container. */
function readNames(text: string): string[] {
  const names = text
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '')
  const unfit = names.find((name) => /[/*\s]/.test(name))
  if (unfit === undefined) return names
  throw new Error(
    `ALLOWED_HOSTS holds "${unfit}". List whole names such as llm.example.com, separated by commas.`,
  )
}

/** On, unless it is off. */
function readSwitch(text: string | undefined, name: string): boolean {
  if (text === undefined || text === 'on') return true
  if (text === 'off') return false
  throw new Error(`${name} is "${text}". Set it to on or off.`)
}

function readPort(text: string | undefined, name: string, byDefault: number): number {
  if (text === undefined) return byDefault
  const port = Number(text)
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new Error(`${name} is "${text}". Set it to a port, 1 to 65535, or 0 for a free one.`)
  }
  if (!isBlockedPort(port)) return port
  throw new Error(
    `${name} is ${port}, which browsers and fetch refuse to open. Set it to another port, such as ${byDefault}.`,
  )
}

function readUrl(text: string | undefined, name: string, byDefault: string): string {
  if (text === undefined) return byDefault
  const isUrl = ['http:', 'https:'].includes(URL.parse(text)?.protocol ?? '')
  const hasSecret = text.includes('@')
  if (isUrl && (!hasSecret || name === 'GATEWAY_METRICS_URL')) return text
  // A password is not repeated in a message.
  if (!isUrl) {
    const said = hasSecret ? 'no URL' : `"${text}"`
    throw new Error(`${name} is ${said}. Set it to a URL, such as ${byDefault}.`)
  }
  const instead = name === 'GATEWAY_URL' ? ' and set GATEWAY_API_KEY' : ''
  throw new Error(`${name} holds a name or password before an @. Take them out${instead}.`)
}
