/** Starts the simulator: the only file that reads the environment and the wall clock, and opens the port. */
import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { simulatorIdPrefix } from '@drag-race/contracts'
import { readAnswers } from './answers/answer-library.ts'
import { createSimulator } from './server.ts'

// V8 optimises a function after 400 calls, and a request runs most functions once: here after 20 (docs/decisions/0017).
setFlagsFromString('--invocation-count-for-maglev=20')
setFlagsFromString('--minimum-invocations-after-ic-update=10')

const host = process.env.HOST || '127.0.0.1'
const port = readPort(process.env.SIMULATOR_PORT || '4010')

// Their disk can be full, and an error without a listener would be thrown.
for (const output of [process.stdout, process.stderr]) output.on('error', () => {})

const server = createSimulator({
  answers: await readAnswers(fileURLToPath(new URL('./answers/', import.meta.url))),
  clock: { nowNs: () => process.hrtime.bigint(), wallMs: () => Date.now() },
  newId: () => simulatorIdPrefix + randomUUID(),
  onFault: (cause) => console.error(cause),
})

server.on('error', (error: NodeJS.ErrnoException) => {
  const isTaken = error.code === 'EADDRINUSE'
  fail(
    isTaken
      ? `Port ${port} is in use. Free it, or set SIMULATOR_PORT to another port.`
      : `The simulator cannot listen on ${host}:${port} (${error.message}). Check HOST and SIMULATOR_PORT.`,
  )
})
server.listen(port, host, () => {
  const address = server.address()
  const realPort = typeof address === 'object' && address !== null ? address.port : port
  console.log(`simulator ready on http://${host.includes(':') ? `[${host}]` : host}:${realPort}`)
})

for (const event of ['SIGTERM', 'SIGINT', 'disconnect'] as const) process.once(event, stop)
// The program that started this one may be gone already.
if (process.connected === false) stop()

/** Open streams are cut, so that a stop does not wait for answers. */
function stop() {
  server.close(() => process.exit(0))
  server.closeAllConnections()
}

function readPort(text: string): number {
  const number = Number(text)
  if (/^\d+$/.test(text) && number <= 65_535) return number
  return fail(`SIMULATOR_PORT is "${text}": set it to a number from 0 to 65535.`)
}

function fail(message: string): never {
  console.error(message)
  process.exit(1)
}
