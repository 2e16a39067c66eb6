/**
 * The app: API and web on one port. The only file that knows the environment, the wall clock and the port.
 *
 * It prints one line on stdout, when it is ready; logs go to stderr.
 */
import { readFileSync } from 'node:fs'
import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import pino from 'pino'
import { answerStarting } from './answer-starting.ts'
import type { AppContext } from './app-context.ts'
import { openDatabase, recoverRaces } from './history/index.ts'
import { preferThread } from './lane-priority.ts'
import { createLaneThread } from './races/index.ts'
import { createServer } from './server.ts'
import { readSettings } from './settings.ts'

// V8 compiles a function after 400 calls, and a lane runs most of its code once: here after 20 (docs/decisions/0017).
setFlagsFromString('--invocation-count-for-maglev=20')
setFlagsFromString('--minimum-invocations-after-ic-update=10')

/** The longest time from the signal to the exit, whatever hangs. */
const closeMsMax = 2_500
/** Log lines that are kept while the disk is full; later ones are lost. */
const logBytesMax = 4_000_000

async function main() {
  const settings = readSettings(process.env)
  const logFile = pino.destination({ fd: 2, sync: true, maxLength: logBytesMax })
  // Either can be a file on a full disk, and an `error` event without a listener is thrown.
  for (const output of [process.stdout, logFile]) output.on('error', () => {})
  const log = pino(
    // By default pino writes out only an error under the key `err`, and `{}` for one under any other key.
    { level: settings.logLevel, base: null, serializers: { error: pino.stdSerializers.err } },
    logFile,
  )
  let handle: RequestListener = answerStarting
  const server = createHttpServer((request, response) => handle(request, response))
  const port = await listen(server, settings.port, settings.host)
  // After the port: if another app runs already, a port in use is the plainer message, and is found at once.
  const db = await openDatabase(settings.databaseUrl)
  const goingDown = new AbortController()
  await recoverRaces(db, log, goingDown.signal)

  const context: AppContext = {
    db,
    log,
    gateway: settings.gateway,
    now: () => new Date(),
    nowMs: () => performance.now(),
  }
  const { app, clock, close } = createServer(context, {
    host: settings.host,
    allowedHosts: settings.allowedHosts,
    simulatorUrl: settings.simulatorUrl,
    laneThread: createLaneThread(log, { prefer: (name) => preferThread(name, settings.wantsRealTime) }),
    version: readVersion(),
    webFolder: fileURLToPath(new URL('../../web/dist', import.meta.url)),
  })
  await clock.begin({ isMeasured: settings.isCalibratedAtStart })
  handle = app

  let isClosing = false
  async function end() {
    if (isClosing) return
    isClosing = true
    goingDown.abort()
    setTimeout(() => process.exit(0), closeMsMax).unref()
    server.close()
    await close()
    server.closeAllConnections()
    await db.destroy()
    process.exit(0)
  }
  process.on('SIGTERM', end)
  process.on('SIGINT', end)
  // Started with an IPC channel, the app ends when the process that started it ends.
  process.on('disconnect', end)
  // That process can have ended during the start, which waits for another app to end and for the history's tables.
  if (process.connected === false) return end()
  process.stdout.write(`app ready on http://${toUrlHost(settings.host)}:${port}\n`)
}

/** Resolves to the real port. */
function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.on('error', (error: NodeJS.ErrnoException) =>
      reject(new Error(toListenProblem(error, port, host))),
    )
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port))
  })
}

function readVersion(): string {
  const file = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(file) as { version: string }).version
}

function toListenProblem(error: NodeJS.ErrnoException, port: number, host: string): string {
  switch (error.code) {
    case 'EADDRINUSE':
      return `Port ${port} is in use. Free it, or set PORT to another port.`
    case 'EACCES':
      return `Port ${port} needs rights that this user does not have. Set PORT to one above 1023.`
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `This machine has no address ${host}. Set HOST to one that it has, such as 127.0.0.1.`
    default:
      return `Cannot listen on ${host}:${port}: ${error.message}. Check HOST and PORT.`
  }
}

function toUrlHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}

function fail(problem: string): never {
  process.stderr.write(`${problem}\n`)
  process.exit(1)
}

main().catch((error: Error) => fail(error.message))
