/** What `npm start` runs: which programs, with which variables, and on which ports they listen. */
import { isBlockedPort } from '../packages/contracts/src/blocked-ports.ts'

export interface Program {
  name: string
  command: string[]
  cwd?: string
  env: Record<string, string | undefined>
  ports: { variable: string; port: number }[]
  /** Its main thread gets real-time priority where the system allows it. The app raises its lane thread itself. */
  isRealTime: boolean
  /** A program that has not ended this long after it was asked to is killed. */
  stopMsMax: number
}

/** The time to close files and connections. */
const closeMsMax = 5_000

type Variables = Record<string, string | undefined>

export interface Wish {
  isDev: boolean
  /** Only the gateway, as a team runs it in front of its providers. */
  isGatewayAlone: boolean
  /** Races are wanted to run with real-time priority. */
  isRealTime: boolean
}

/** In the order in which they are started; people open the last one. */
export function toPrograms(variables: Variables, { isDev, isGatewayAlone, isRealTime }: Wish): Program[] {
  const port = (variable: string, fallback: number) => ({
    variable,
    port: toPort(variable, variables[variable], fallback),
  })
  const node = (entry: string) => [
    process.execPath,
    ...(isDev ? ['--watch', '--watch-preserve-output'] : []),
    entry,
  ]
  // HOST opens the app alone: whoever reaches the gateway, which asks for no key by default, spends the providers'.
  const { HOST: _host, ...local } = variables
  const simulator: Program = {
    name: 'simulator',
    command: node('packages/simulator/src/main.ts'),
    isRealTime,
    env: withoutKeys(local),
    ports: [port('SIMULATOR_PORT', 4010)],
    stopMsMax: closeMsMax,
  }
  // Only the gateway gets the providers' keys. With the app, Ctrl-C waits 2 s for calls to end, instead of 30 s.
  const gatewayEnv = isGatewayAlone ? variables : { GATEWAY_DRAIN_MS: '2000', ...local }
  const gateway: Program = {
    name: 'gateway',
    command: node('packages/gateway/src/main.ts'),
    isRealTime,
    env: gatewayEnv,
    stopMsMax: toDrainMs(gatewayEnv) + closeMsMax,
    ports: [port('GATEWAY_PORT', 4000), port('GATEWAY_METRICS_PORT', 15020)],
  }
  if (isGatewayAlone) return [gateway]
  const app: Program = {
    name: 'app',
    command: node('apps/api/src/main.ts'),
    isRealTime: false,
    // In development the page is Vite's, on the loopback, and looks for the app there.
    env: withoutKeys(isDev ? local : variables),
    ports: [port('PORT', 8000)],
    stopMsMax: closeMsMax,
  }
  const webPort = port('WEB_PORT', 5173)
  const web: Program = {
    name: 'web',
    command: [
      process.execPath,
      'node_modules/vite/bin/vite.js',
      '--host',
      '127.0.0.1',
      '--strictPort',
      '--port',
      String(webPort.port),
    ],
    isRealTime: false,
    cwd: 'apps/web',
    env: withoutKeys(local),
    ports: [webPort],
    stopMsMax: closeMsMax,
  }
  const isForeignGateway = Boolean(variables.GATEWAY_URL)
  return [simulator, ...(isForeignGateway ? [] : [gateway]), app, ...(isDev ? [web] : [])]
}

/** How long the gateway waits for calls to end. It refuses a value that is not a number itself. */
function toDrainMs({ GATEWAY_DRAIN_DELAY_MS, GATEWAY_DRAIN_MS }: Variables): number {
  return (Number(GATEWAY_DRAIN_DELAY_MS) || 0) + (Number(GATEWAY_DRAIN_MS || 30_000) || 0)
}

/** A program cannot leak a key that it does not have. The app keeps its own key for the gateway. */
function withoutKeys(variables: Variables): Variables {
  return Object.fromEntries(
    Object.entries(variables).filter(
      ([name]) => name === 'GATEWAY_API_KEY' || !/KEY|TOKEN|SECRET|PASSWORD|CREDENTIAL|_HEADERS$/i.test(name),
    ),
  )
}

function toPort(variable: string, value: string | undefined, fallback: number): number {
  if (value === undefined || value === '') return fallback
  const port = Number(value)
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    return fail(`${variable} is "${value}": a port is a whole number from 0 to 65535.`)
  }
  // The app calls the other programs with fetch, which refuses such ports.
  if (!isBlockedPort(port)) return port
  return fail(
    `${variable} is ${port}, which browsers and fetch refuse to open: set it to another port, such as ${fallback}.`,
  )
}

function fail(message: string): never {
  process.stderr.write(`${message}\n`)
  process.exit(1)
}
