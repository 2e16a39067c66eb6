/** Starts the gateway: the only file that knows the environment, the wall clock and the ports. */
import { readFileSync } from 'node:fs'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { resolve } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { destination, pino } from 'pino'
import { type Config, loadConfig } from './config/load.ts'
import { createGateway } from './gateway.ts'

const { env } = process
const host = env.HOST || '127.0.0.1'
const port = readPort('GATEWAY_PORT', '4000')
const metricsPort = readPort('GATEWAY_METRICS_PORT', '15020')
const simulatorUrl = env.SIMULATOR_URL || `http://127.0.0.1:${env.SIMULATOR_PORT || '4010'}`

/** Longer nobody waits for the books: what cannot be known yet is refused, and all else served. */
const readyMsMax = 10_000

// Standard output is for the one line that says where it listens.
const logFile = destination({ dest: 2, sync: false })
const log = pino({ level: env.LOG_LEVEL || 'warn', base: null }, logFile)

const config = readConfig(env.GATEWAY_CONFIG || 'gateway.yaml')
const gateway = createGateway({
  config: env.GATEWAY_DISCOVERY === 'off' ? { ...config, discovery: [] } : config,
  clock: { monotonicMs: () => performance.now(), date: () => new Date() },
  log,
  booksPath: toBooksPath(env.GATEWAY_BOOKS || config.books.file || 'data/gateway-books.db'),
  isLoopback: /^(localhost|127(\.\d+){3}|::1)$/.test(host),
})

await Promise.race([gateway.ready(), setTimeout(readyMsMax)])
const url = await listen(gateway.server, 'GATEWAY_PORT', port)
const metricsUrl = await listen(gateway.metricsServer, 'GATEWAY_METRICS_PORT', metricsPort)
console.log(`gateway ready on ${url}, metrics on ${metricsUrl}/metrics`)

for (const event of ['SIGTERM', 'SIGINT', 'disconnect'] as const) process.once(event, stop)
void gateway.discover([url, simulatorUrl, `http://127.0.0.1:${env.PORT || '8000'}`])

function stop() {
  gateway.close().finally(() => {
    logFile.flushSync()
    process.exit(0)
  })
}

function toBooksPath(file: string): string | null {
  return file === 'off' ? null : resolve(file)
}

function readConfig(path: string): Config {
  const loaded = loadConfig(readText(path), { ...env, SIMULATOR_URL: simulatorUrl })
  for (const warning of loaded.warnings) console.error(`${path}: ${warning}`)
  if (loaded.isValid) return loaded.config
  return fail([`${path} cannot be used:`, ...loaded.faults.map((fault) => `  ${fault}`)].join('\n'))
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    return fail(
      `${path} cannot be read (${(error as NodeJS.ErrnoException).code}). Set GATEWAY_CONFIG to the file with your models.`,
    )
  }
}

/** The real address: port 0 means a free one. */
function listen(server: Server, variable: string, wanted: number): Promise<string> {
  return new Promise((resolve) => {
    server.on('error', (error: NodeJS.ErrnoException) => {
      fail(
        error.code === 'EADDRINUSE'
          ? `Port ${wanted} is in use. Free it, or set ${variable} to another port.`
          : `The gateway cannot listen on ${host}:${wanted} (${error.message}). Check HOST and ${variable}.`,
      )
    })
    server.listen(wanted, host, () => {
      const { port: real } = server.address() as AddressInfo
      resolve(`http://${host.includes(':') ? `[${host}]` : host}:${real}`)
    })
  })
}

function readPort(variable: string, fallback: string): number {
  const text = env[variable] || fallback
  if (/^\d+$/.test(text) && Number(text) <= 65_535) return Number(text)
  return fail(`${variable} is "${text}": set it to a number from 0 to 65535.`)
}

function fail(message: string): never {
  console.error(message)
  process.exit(1)
}
