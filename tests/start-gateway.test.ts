/** `npm run gateway`, as a user runs it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, openSync, writeFileSync } from 'node:fs'
import { get } from 'node:http'
import { expect, test } from 'vitest'
import { allGone, descendants, hasProc } from './support/process-tree.ts'
import { root, startCommand, startProgram } from './support/programs.ts'
import { freeEnv, simulated, withModels } from './support/start-env.ts'

const ready = /The gateway is ready: (http:\S+)/

test.skipIf(!hasProc).each(['SIGKILL', 'SIGHUP'] as const)(
  'npm that ends by a %s leaves nothing behind',
  async (signal) => {
    const command = ['npm', 'run', 'gateway']
    const program = await startCommand(command, await freeEnv(), ready)
    const started = descendants(program.process.pid!)
    await program.stop(signal)
    await allGone(started)
  },
)

test('a SIGHUP to the gateway’s launcher reads gateway.yaml', async () => {
  const config = withModels([simulated])
  const command = [process.execPath, 'scripts/start.mjs', '--gateway']
  const env = { ...(await freeEnv()), ...config }
  const program = await startCommand(command, env, ready)
  writeFileSync(config.GATEWAY_CONFIG!, JSON.stringify({ llm: { models: [{ ...simulated, name: 'new' }] } }))
  program.process.kill('SIGHUP')
  await expect
    .poll(async () => (await fetch(`${program.url}/models/new`)).status, { timeout: 10_000 })
    .toBe(200)
  expect(await program.stop('SIGTERM')).toBe(0)
})

test('`npm run gateway` serves only the gateway, under the names that are allowed', async () => {
  const env: Record<string, string> = { ...(await freeEnv()), ALLOWED_HOSTS: 'llm.example.com' }
  const command = ['npm', 'run', 'gateway']
  const program = await startCommand(command, env, ready)
  expect(program.url).toBe(`http://127.0.0.1:${env.GATEWAY_PORT}/v1`)
  const status = (host: string) =>
    new Promise((resolve, reject) => {
      const request = get(`${program.url}/models`, { headers: { host } }, (response) => {
        response.resume()
        resolve(response.statusCode)
      })
      request.on('error', reject)
    })
  expect(await status('llm.example.com:8443')).toBe(200)
  expect(await status('evil.example.com')).toBe(403)
  await expect(fetch(`http://127.0.0.1:${env.PORT}`)).rejects.toThrow()
  await expect(fetch(`http://127.0.0.1:${env.SIMULATOR_PORT}`)).rejects.toThrow()
  const started = descendants(program.process.pid!)
  await program.stop('SIGTERM')
  await allGone(started)
})

test('`npm run gateway` gives calls more time to end than other programs, whichever process is stopped', async () => {
  const env = await freeEnv()
  const simulator = await startProgram('simulator', { SIMULATOR_PORT: env.SIMULATOR_PORT! })
  const slow = { name: 'slow', provider: 'simulator', params: { model: 'steady?ttft=50&tps=5&tokens=40' } }
  const command = ['npm', 'run', 'gateway']
  const program = await startCommand(command, { ...env, ...withModels([slow]) }, ready)
  const response = await fetch(`${program.url}/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'slow', stream: true, messages: [{ role: 'user', content: 'hi' }] }),
  })
  const started = descendants(program.process.pid!)
  await program.stop('SIGTERM')
  expect(await response.text()).toMatch(/\[DONE\]\s*$/)
  await allGone(started)
  await simulator.stop()
})

test.runIf(existsSync('/dev/full'))(
  'a launcher that cannot write its output, on a full disk, ends no program',
  async () => {
    const env = await freeEnv()
    const full = openSync('/dev/full', 'a')
    const command = ['scripts/start.mjs', '--gateway']
    const child = spawn(process.execPath, command, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', full, full],
    })
    closeSync(full)
    const exited = once(child, 'exit')
    const status = () =>
      fetch(`http://127.0.0.1:${env.GATEWAY_PORT}/health`).then(
        (response) => response.status,
        () => null,
      )
    await expect.poll(status, { timeout: 30_000 }).toBe(200)
    child.kill('SIGTERM')
    expect(await exited).toEqual([0, null])
  },
)
