/**
 * Starts simulator, gateway and app, or the gateway alone, prints the URL, and ends all of them when one ends.
 *
 * Ports are tried before anything is started, so that one line can name the port and its variable. Each program has an
 * IPC channel to this one and ends when it closes, so a killed launcher leaves nothing behind.
 */
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { parseEnv } from 'node:util'
import type { ModelList } from '../packages/contracts/src/models.ts'
import { type Program, toPrograms } from './programs.ts'
import { raiseProgram } from './real-time.ts'
import { createSupervisor } from './supervise.ts'

const dotenv = existsSync('.env') ? (parseEnv(readFileSync('.env', 'utf8')) as Record<string, string>) : {}
const environment: Record<string, string | undefined> = { ...dotenv, ...process.env }
const isDev = process.argv.includes('--dev')
const isGatewayAlone = process.argv.includes('--gateway')
// A gateway alone serves others, and in development each program is the child of one that watches its files.
const isRaced = !isDev && !isGatewayAlone
const isRealTime = isRaced && environment.REAL_TIME?.trim() !== 'off'
const programs = toPrograms(environment, { isDev, isGatewayAlone, isRealTime })

const taken = await findTakenPort(programs)
if (taken) {
  process.stderr.write(`Port ${taken.port} is in use. Free it, or set ${taken.variable} to another port.\n`)
  process.exit(1)
}

// Either can be a file on a full disk, and an `error` event without a listener is thrown: it would end all programs.
for (const output of [process.stdout, process.stderr]) output.on('error', () => {})

const supervisor = createSupervisor(programs, {
  print: (text) => process.stdout.write(text),
  onReady: (program, pid) => program.isRealTime && raiseProgram(pid),
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => supervisor.stop())
process.on('SIGHUP', () => {
  // A terminal sends this signal when it is closed. Without a terminal, an operator asks to reload gateway.yaml.
  if (isGatewayAlone && !process.stdin.isTTY) supervisor.hangUp()
  else supervisor.stop()
})
process.on('disconnect', () => supervisor.stop())

supervisor.ready.then(async (urls) => {
  const url = urls.at(-1)
  if (isGatewayAlone) return void process.stdout.write(`\n  The gateway is ready: ${url}/v1\n\n`)
  const app = urls[programs.findIndex(({ name }) => name === 'app')]
  const note = (await isSimulatedOnly(`${app}/api/models`)) ? `  ${simulatedOnlyText()}\n\n` : ''
  process.stdout.write(`\n  LLM Drag Race is ready: ${url}\n\n${note}`)
})
process.exitCode = await supervisor.ended
// The programs have ended, and an open handle must not keep the launcher alive.
process.exit()

async function findTakenPort(list: readonly Program[]) {
  for (const { env, ports } of list) {
    for (const { variable, port } of ports) {
      if (port !== 0 && !(await isFree(port, env.HOST || '127.0.0.1'))) return { variable, port }
    }
  }
  return null
}

function isFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code !== 'EADDRINUSE'))
    server.listen(port, host, () => server.close(() => resolve(true)))
  })
}

/**
 * The app is asked, because it knows which models are available, whether by keys, by signed calls, from model servers
 * that were found or behind a foreign gateway. Without an answer within a second nothing is printed.
 */
async function isSimulatedOnly(modelsUrl: string): Promise<boolean> {
  try {
    const response = await fetch(modelsUrl, { signal: AbortSignal.timeout(1_000) })
    const { models } = (await response.json()) as ModelList
    const racing = models.filter(({ available }) => available)
    return racing.length > 0 && racing.every(({ simulated }) => simulated)
  } catch {
    return false
  }
}

function simulatedOnlyText(): string {
  const way = existsSync('.env') ? 'set its key in .env' : 'cp .env.example .env, and set its key there'
  return `Only simulated models can race now. To race a real one of gateway.yaml: ${way}.`
}
