import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'

const main = fileURLToPath(new URL('./main.ts', import.meta.url))
const children: ChildProcess[] = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

function start(environment: Record<string, string>) {
  const child = spawn(process.execPath, [main], {
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  children.push(child)
  const output = { out: '', error: '' }
  child.stdout!.on('data', (text) => {
    output.out += text
  })
  child.stderr!.on('data', (text) => {
    output.error += text
  })
  // Not `close`: it never comes once the parent has disconnected.
  const exited = Promise.all([
    once(child, 'exit'),
    once(child.stdout!, 'end'),
    once(child.stderr!, 'end'),
  ]).then(([[code]]) => ({ code: code as number | null, ...output }))
  return { child, output, exited }
}

async function startReady() {
  const started = start({ SIMULATOR_PORT: '0' })
  await expect.poll(() => started.output.out, { timeout: 10_000 }).toContain('\n')
  const url = /^simulator ready on (http:\/\/127\.0\.0\.1:\d+)\n$/.exec(started.output.out)?.[1]
  if (!url) throw new Error(`It said: ${started.output.out}${started.output.error}`)
  return { ...started, url }
}

/** Opens a stream, which is open when this returns; `ends` tells how it ended. */
async function openStalledCall(url: string) {
  const messages = [{ role: 'user', content: 'x' }]
  const body = JSON.stringify({ model: 'stall?ttft=1', stream: true, messages })
  const response = await fetch(`${url}/v1/chat/completions`, { method: 'POST', body })
  const ends = response.text().then(
    () => 'ended',
    () => 'cut',
  )
  return { ends }
}

test.each(['SIGTERM', 'SIGINT'] as const)(
  'says where it is, and on %s ends with 0, open streams or not',
  async (signal) => {
    const { child, url, exited } = await startReady()
    const call = await openStalledCall(url)
    child.kill(signal)
    expect(await exited).toMatchObject({ code: 0, error: '' })
    expect(await call.ends).toBe('cut')
  },
  20_000,
)

test('ends when its parent is gone', async () => {
  const { child, exited } = await startReady()
  child.disconnect()
  expect(await exited).toMatchObject({ code: 0, error: '' })
}, 20_000)

test('ends when its parent is gone before it is up', async () => {
  const { child, exited } = start({ SIMULATOR_PORT: '0' })
  child.disconnect()
  expect((await exited).code).toBe(0)
}, 20_000)

test('a port in use is one line that names the variable, and exit code 1', async () => {
  const blocker = createServer().listen(0, '127.0.0.1')
  await once(blocker, 'listening')
  const address = blocker.address()
  const port = typeof address === 'object' && address ? address.port : 0
  expect(await start({ SIMULATOR_PORT: String(port) }).exited).toEqual({
    code: 1,
    out: '',
    error: `Port ${port} is in use. Free it, or set SIMULATOR_PORT to another port.\n`,
  })
  blocker.close()
}, 20_000)

test('an invalid port is one line that says so', async () => {
  expect(await start({ SIMULATOR_PORT: 'abc' }).exited).toEqual({
    code: 1,
    out: '',
    error: 'SIMULATOR_PORT is "abc": set it to a number from 0 to 65535.\n',
  })
}, 20_000)
