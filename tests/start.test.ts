/** `npm start`, as a user runs it. Needs Linux's /proc to find the programs that it started. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import type { Health } from '@drag-race/contracts'
import { expect, test } from 'vitest'
import { isRealTimeAllowed } from '../scripts/real-time.ts'
import { allGone, commandOf, descendants, hasProc } from './support/process-tree.ts'
import { freePort, root, startCommand } from './support/programs.ts'
import { freeEnv, simulated, withModels } from './support/start-env.ts'

const ready = /LLM Drag Race is ready: (http:\S+)/

async function readHealth(url: string): Promise<Health> {
  return (await fetch(`${url}/api/health`)).json() as Promise<Health>
}

const start = async (env: Record<string, string>) =>
  startCommand([process.execPath, 'scripts/start.mjs'], env, ready)

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
