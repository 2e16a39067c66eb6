/** `npm start`, as a user runs it. Needs Linux's /proc to find the programs that it started. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs'
import { get } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Health } from '@drag-race/contracts'
import { expect, test } from 'vitest'
import { isRealTimeAllowed } from '../scripts/real-time.ts'
import { freePort, root, startCommand, startProgram } from './support/programs.ts'

const ready = /LLM Drag Race is ready: (http:\S+)/
const hasProc = existsSync('/proc/self/task')

async function freeEnv(): Promise<Record<string, string>> {
  const [PORT, GATEWAY_PORT, GATEWAY_METRICS_PORT, SIMULATOR_PORT] = await Promise.all(
    [1, 2, 3, 4].map(freePort),
  )
  const ports = { PORT, GATEWAY_PORT, GATEWAY_METRICS_PORT, SIMULATOR_PORT }
  return {
    ...Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, String(port)])),
    DATABASE_URL: `file:${join(mkdtempSync(join(tmpdir(), 'start-')), 'races.db')}`,
    GATEWAY_DISCOVERY: 'off',
    GATEWAY_BOOKS: 'off',
    // Other tests need the cores too.
    REAL_TIME: 'off',
    // A second start must not use the network: no registry answers here.
    npm_config_registry: 'http://127.0.0.1:9/',
  }
}

async function readHealth(url: string): Promise<Health> {
  return (await fetch(`${url}/api/health`)).json() as Promise<Health>
}

const start = async (env: Record<string, string>) =>
  startCommand([process.execPath, 'scripts/start.mjs'], env, ready)

const simulated = { name: 'sim', provider: 'simulator', params: { model: 'fast-small' } }

function withModels(models: object[]): Record<string, string> {
  const config = join(mkdtempSync(join(tmpdir(), 'start-')), 'gateway.yaml')
  // JSON is YAML.
  writeFileSync(config, JSON.stringify({ llm: { models } }))
  return { GATEWAY_CONFIG: config }
}

test('prints the one URL, serves the page there, and Ctrl-C ends every process', async () => {
  const env = await freeEnv()
  const program = await startCommand(['npm', 'start'], env, ready, { detached: true })
  expect(program.url).toBe(`http://127.0.0.1:${env.PORT}`)
  const page = await fetch(program.url)
  expect(page.status).toBe(200)
  expect(await page.text()).toContain('<div id="root">')
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")

  const started = descendants(program.process.pid!)
  if (hasProc) expect(started.length).toBeGreaterThanOrEqual(4)
  // To the whole process group, as a terminal does.
  process.kill(-program.process.pid!, 'SIGINT')
  await program.exited
  await allGone(started)
})

// Only Linux has further addresses on the loopback.
test.skipIf(!hasProc)('HOST opens the app alone, which finds its gateway all the same', async () => {
  const env: Record<string, string> = { ...(await freeEnv()), HOST: '127.0.0.2' }
  const program = await start(env)
  expect(program.url).toBe(`http://127.0.0.2:${env.PORT}`)
  expect(await readHealth(program.url)).toMatchObject({ status: 'ok' })
  for (const port of [env.GATEWAY_PORT, env.GATEWAY_METRICS_PORT, env.SIMULATOR_PORT]) {
    await expect(fetch(`http://127.0.0.2:${port}/`)).rejects.toThrow()
  }
  await program.stop('SIGTERM')
})

test.skipIf(!hasProc)(
  'in development the page, which is on the loopback, finds the app whatever HOST is',
  async () => {
    const env = {
      ...(await freeEnv()),
      HOST: '127.0.0.2',
      WEB_PORT: String(await freePort()),
      // The launcher reads Vite's line under colours too, which some shells and CI ask for.
      FORCE_COLOR: '1',
    }
    const program = await startCommand([process.execPath, 'scripts/start.mjs', '--dev'], env, ready)
    expect(await readHealth(`http://127.0.0.1:${env.WEB_PORT}`)).toMatchObject({ status: 'ok' })
    await program.stop('SIGTERM')
  },
)

// Empty is unset.
test.skipIf(!hasProc).each(['', 'off'])(
  'with REAL_TIME=%s lanes, gateway and simulator have the priority that is allowed, and what they wait for comes next',
  async (wish) => {
    const program = await startCommand(['npm', 'start'], { ...(await freeEnv()), REAL_TIME: wish }, ready)
    const isRealTime = wish === '' && isRealTimeAllowed()
    // The app says so as soon as its lane thread has it.
    await expect.poll(() => readHealth(program.url), { timeout: 30_000 }).toMatchObject({ isRealTime })

    const threads = () => descendants(program.process.pid!).flatMap(threadsOf)
    const raised = () => threads().filter(({ policy }) => policy === schedFifo)
    await expect
      .poll(() => raised().map(({ name }) => name), { timeout: 30_000 })
      .toEqual(isRealTime ? ['simulator MainThread', 'gateway MainThread', 'api lanes'] : [])
    const hurried = () => threads().filter(({ niceness }) => niceness < 0)
    await expect
      .poll(() => [...new Set(hurried().map(({ name }) => name))])
      .toEqual(isRealTime ? ['simulator V8Worker', 'gateway V8Worker', 'api V8Worker'] : [])
    await program.stop('SIGTERM')
  },
)

test('a kill of npm alone leaves nothing behind either', async () => {
  const program = await startCommand(['npm', 'start'], await freeEnv(), ready)
  const started = descendants(program.process.pid!)
  await program.stop('SIGTERM')
  await allGone(started)
})

test.skipIf(!hasProc).each(['SIGKILL', 'SIGHUP'] as const)(
  'npm that ends by a %s leaves nothing behind',
  async (signal) => {
    const command = ['npm', 'run', 'gateway']
    const program = await startCommand(command, await freeEnv(), /The gateway is ready: (http:\S+)/)
    const started = descendants(program.process.pid!)
    await program.stop(signal)
    await allGone(started)
  },
)

test('a SIGHUP to the gateway’s launcher reads gateway.yaml', async () => {
  const config = withModels([simulated])
  const command = [process.execPath, 'scripts/start.mjs', '--gateway']
  const env = { ...(await freeEnv()), ...config }
  const program = await startCommand(command, env, /The gateway is ready: (http:\S+)/)
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
  const program = await startCommand(command, env, /The gateway is ready: (http:\S+)/)
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
  const program = await startCommand(
    command,
    { ...env, ...withModels([slow]) },
    /The gateway is ready: (http:\S+)/,
  )
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

test.skipIf(!hasProc).each(['simulator', 'gateway', 'api'])(
  'when the %s dies, the others end and the exit code is not 0',
  async (name) => {
    const program = await start(await freeEnv())
    const started = descendants(program.process.pid!)
    const victim = started.find((pid) => commandOf(pid).includes(`${name}/src/main.ts`))
    process.kill(victim!, 'SIGKILL')
    expect(await program.exited).toBe(1)
    expect(program.output()).toContain(`[${name === 'api' ? 'app' : name}] ended (SIGKILL: `)
    expect(program.output()).toContain('when memory ran out')
    await allGone(started)
  },
)

test('says that only simulated models can race when that is so, whatever other keys are set', async () => {
  const models = [simulated, { name: 'o', provider: 'openai', params: { apiKey: '$KEY_THAT_NOBODY_SETS' } }]
  const program = await start({ ...(await freeEnv()), ...withModels(models), FOO_API_KEY: 'x' })
  expect(program.output()).toContain('Only simulated models can race')
  await program.stop('SIGINT')
})

test('does not say it when AWS’s keys let a model of Bedrock race', async () => {
  const models = [
    simulated,
    { name: 'nova', provider: 'bedrock', params: { model: 'amazon.nova-lite-v1:0' } },
  ]
  const aws = { AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x', AWS_REGION: 'eu-west-1' }
  const program = await start({ ...(await freeEnv()), ...withModels(models), ...aws })
  expect(program.output()).not.toContain('imulated models')
  await program.stop('SIGINT')
})

test.skipIf(!hasProc)('gives the providers’ keys only to the gateway', async () => {
  const keys = { OPENAI_API_KEY: 'key-for-this-test', AWS_BEARER_TOKEN_BEDROCK: 'key-for-this-test-too' }
  const program = await start({ ...(await freeEnv()), ...keys })
  const started = descendants(program.process.pid!)
  const holders = ['simulator', 'gateway', 'api'].filter((name) => {
    const pid = started.find((candidate) => commandOf(candidate).includes(`${name}/src/main.ts`))
    return readFileSync(`/proc/${pid}/environ`, 'utf8').includes('key-for-this-test')
  })
  await program.stop('SIGINT')
  expect(holders).toEqual(['gateway'])
})

test.skipIf(!hasProc)('when the launcher itself is killed, nothing stays behind', async () => {
  const program = await start(await freeEnv())
  const started = descendants(program.process.pid!)
  const launcher = started.find((pid) => commandOf(pid).includes('launch.ts'))
  process.kill(launcher!, 'SIGKILL')
  await program.exited
  await allGone(started)
})

// The other ports are any: one that was free a moment ago can be that of a connection by now.
const anyPorts = { PORT: '0', GATEWAY_PORT: '0', GATEWAY_METRICS_PORT: '0', SIMULATOR_PORT: '0' }

test.each([['PORT'], ['GATEWAY_PORT'], ['GATEWAY_METRICS_PORT'], ['SIMULATOR_PORT'], ['WEB_PORT', '--dev']])(
  'a %s in use: one line, exit code 1',
  async (variable, ...flags) => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const refused = await startRefused({ ...anyPorts, [variable]: String(port) }, flags)
    server.close()
    expect(refused).toEqual({
      code: 1,
      output: `Port ${port} is in use. Free it, or set ${variable} to another port.\n`,
    })
  },
)

test.each([
  ['PORT', 6000, 8000],
  ['GATEWAY_PORT', 5060, 4000],
  ['SIMULATOR_PORT', 6697, 4010],
])('a %s of %i, which browsers and fetch block: one line, exit code 1', async (variable, port, another) => {
  expect(await startRefused({ ...(await freeEnv()), [variable]: String(port) })).toEqual({
    code: 1,
    output: `${variable} is ${port}, which browsers and fetch refuse to open: set it to another port, such as ${another}.\n`,
  })
})

async function startRefused(env: Record<string, string>, flags: string[] = []) {
  const child = spawn(process.execPath, ['scripts/start.mjs', ...flags], {
    cwd: root,
    env: { ...process.env, ...env },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text))
  const [code] = await once(child, 'close')
  return { code, output }
}

function descendants(pid: number): number[] {
  if (!hasProc) return []
  const path = `/proc/${pid}/task/${pid}/children`
  if (!existsSync(path)) return []
  const children = readFileSync(path, 'utf8').trim().split(' ').filter(Boolean).map(Number)
  return children.flatMap((child) => [child, ...descendants(child)])
}

/** The threads of a process: program and name, and fields 19 and 41 of proc_pid_stat(5). */
function threadsOf(pid: number) {
  const program = /(\w+)\/src\/main/.exec(commandOf(pid))?.[1]
  return readdirSync(`/proc/${pid}/task`).map((id) => {
    const task = `/proc/${pid}/task/${id}`
    // Field 2, the name, can hold spaces, and field 3 comes after its bracket.
    const fields = readFileSync(`${task}/stat`, 'utf8').split(') ').at(-1)!.split(' ')
    const name = `${program} ${readFileSync(`${task}/comm`, 'utf8').trim()}`
    return { name, niceness: Number(fields[16]), policy: Number(fields[38]) }
  })
}

const schedFifo = 1

function commandOf(pid: number): string {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
}

async function allGone(pids: number[]): Promise<void> {
  while (pids.some((pid) => existsSync(`/proc/${pid}`) && !isZombie(pid))) {
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** It has ended, but its parent has not read its exit code yet. */
function isZombie(pid: number): boolean {
  try {
    return / Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return true
  }
}
