/** The program as a process: the one line it prints, how it exits, and what a kill leaves behind. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { type EventOf, lanesMax, type RaceEvent } from '@drag-race/contracts'
import Database from 'better-sqlite3'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { openDatabase } from './history/index.ts'
import { eventually } from './testing/eventually.ts'
import { type FakeGateway, startFakeGateway } from './testing/fake-gateway.ts'
import { collect, detail, events, eventsOf, next, postRace } from './testing/race-client.ts'

// Real processes and threads start in these: on a busy machine that takes a while.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 })

const main = fileURLToPath(new URL('./main.ts', import.meta.url))
const folder = mkdtempSync(path.join(tmpdir(), 'app-'))
let gateway: FakeGateway
const started: ChildProcess[] = []

beforeAll(async () => {
  gateway = await startFakeGateway({
    /** A token every few milliseconds, for as long as somebody reads. */
    endless: (call) => {
      const timer = setInterval(() => call.answer('word '), 5)
      void call.closed.then(() => clearInterval(timer))
    },
  })
})
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL')
})
afterAll(async () => {
  await gateway?.close()
  rmSync(folder, { recursive: true, force: true })
})

interface Program {
  child: ChildProcess
  stdout(): string
  stderr(): string
  /** Exit code or signal. */
  ended: Promise<number | string>
}

function run(
  env: Record<string, string>,
  stdio: 'pipe' | 'ipc' = 'pipe',
  command = [process.execPath, main],
): Program {
  const child = spawn(command[0]!, command.slice(1), {
    env: {
      PATH: process.env.PATH,
      PORT: '0',
      GATEWAY_URL: gateway.url,
      // No simulator answers here; one that runs at the default port would be raced, and its margin kept.
      SIMULATOR_URL: 'http://127.0.0.1:9',
      DATABASE_URL: `file:${path.join(folder, 'races.db')}`,
      ...env,
    },
    stdio: stdio === 'ipc' ? ['ignore', 'pipe', 'pipe', 'ipc'] : ['ignore', 'pipe', 'pipe'],
  })
  started.push(child)
  const text = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (part) => {
      text[name] += part
    })
  }
  // When this side disconnects the channel, Node emits no `close`.
  const ended = once(child, stdio === 'ipc' ? 'exit' : 'close').then(([code, signal]) => code ?? signal)
  return { child, stdout: () => text.stdout, stderr: () => text.stderr, ended }
}

async function ready(program: Program): Promise<string> {
  while (!program.stdout().includes('\n')) {
    await Promise.race([once(program.child.stdout!, 'data'), program.ended])
    if (program.child.exitCode !== null) throw new Error(program.stderr())
  }
  return /^app ready on (http:\/\/127\.0\.0\.1:\d+)\n$/.exec(program.stdout())![1]!
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  await once(server.close(), 'close')
  return port
}

/** Starts an endless race and reads it up to its tenth token. */
async function startEndless(url: string) {
  const tape = events(await postRace(url, { prompt: 'p', lanes: [{ model: 'endless' }] }))
  const start = (await tape.next()).value as EventOf<'race-start'>
  for (let count = 0; count < 10; count++) await next(tape, ({ type }) => type === 'token')
  return { tape, raceId: start.raceId }
}

test.each(['SIGTERM', 'SIGINT'] as const)('%s ends it in order, in the middle of a race', async (signal) => {
  const program = run({})
  const url = await ready(program)
  const { tape, raceId } = await startEndless(url)
  program.child.kill(signal)
  expect(await next(tape, ({ type }) => type === 'race-end')).toMatchObject({ reason: 'interrupted' })
  expect(await program.ended).toBe(0)
  expect(program.stdout().split('\n')).toHaveLength(2)

  const again = await ready(run({}))
  expect((await detail(again, raceId)).status).toBe('interrupted')
})

test('it ends when whoever started it is gone', async () => {
  const program = run({}, 'ipc')
  await ready(program)
  program.child.disconnect()
  expect(await program.ended).toBe(0)
})

test('it ends when whoever started it is gone before it is up', async () => {
  const file = path.join(folder, 'awaited.db')
  const lock = new Database(`${file}-lock`)
  lock.exec('BEGIN EXCLUSIVE')
  const free = createServer().listen(0, '127.0.0.1')
  await once(free, 'listening')
  const { port } = free.address() as AddressInfo
  free.close()
  await once(free, 'close')
  const program = run({ DATABASE_URL: `file:${file}`, PORT: String(port) }, 'ipc')
  const isStarting = async () => expect((await fetch(`http://127.0.0.1:${port}/api/health`)).status).toBe(503)
  await eventually(isStarting)
  program.child.disconnect()
  // This answer comes in a later turn of the app's event loop than the one in which it learns of the disconnect.
  await isStarting()
  lock.close()
  expect(await program.ended).toBe(0)
})

test('a kill in the middle of a race loses only its last moment, and the margin of the clock is kept', async () => {
  const db = await openDatabase(`file:${path.join(folder, 'races.db')}`)
  const measuredAt = new Date().toISOString()
  // The wall clock was ahead once: the calibration that was kept last counts, not the one with the latest date.
  for (const [measured_at, marginMs] of [
    ['2099-01-01T00:00:00.000Z', 99],
    [measuredAt, 10.45],
  ] as const) {
    const calibration_json = JSON.stringify({ measuredAt: measured_at, marginMs })
    await db.insertInto('calibrations').values({ measured_at, calibration_json }).execute()
  }
  await db.destroy()
  const program = run({})
  const url = await ready(program)
  const { tape, raceId } = await startEndless(url)
  const seen: RaceEvent[] = []
  const reading = (async () => {
    for await (const event of tape) {
      seen.push(event)
      if (seen.length === 150) program.child.kill('SIGKILL')
    }
  })()
  await expect(reading).rejects.toThrow()
  await program.ended

  const again = await ready(run({}))
  expect(await detail(again, raceId)).toMatchObject({
    status: 'interrupted',
    marginMs: 10.45,
    verdict: { kind: 'no-contest', why: 'interrupted' },
    lanes: [{ outcome: 'failed', errorCode: 'interrupted' }],
  })
  const kept = await collect(await eventsOf(again, raceId))
  expect(kept.at(-1)).toMatchObject({ type: 'race-end', reason: 'interrupted' })
  const last = kept.findLast(({ type }) => type === 'token')!
  // Written every 150 ms; the allowance is for a busy machine.
  expect(seen.at(-1)!.at - last.at).toBeLessThan(1_000)
  expect(last.seq).toBeGreaterThan(50)
})

test.runIf(existsSync('/dev/full'))(
  'an app whose disk is full starts after a crash, although it cannot log',
  async () => {
    const first = run({})
    await startEndless(await ready(first))
    first.child.kill('SIGKILL')
    await first.ended
    const PORT = String(await freePort())
    const second = run({ PORT }, 'pipe', [
      'sh',
      '-c',
      'exec "$@" >/dev/full 2>&1',
      'app',
      process.execPath,
      main,
    ])
    const races = () => fetch(`http://127.0.0.1:${PORT}/api/races`).then(({ status }) => status)
    await expect.poll(() => races().catch(() => 0), { timeout: 20_000 }).toBe(200)
    second.child.kill('SIGTERM')
    expect(await second.ended).toBe(0)
  },
)

test('a port in use is one line that names the variable, and leaves the races of the app that runs alone', async () => {
  const first = await ready(run({}))
  const { raceId, tape } = await startEndless(first)
  const second = run({ PORT: new URL(first).port })
  expect(await second.ended).toBe(1)
  expect(second.stderr()).toBe(
    `Port ${new URL(first).port} is in use. Free it, or set PORT to another port.\n`,
  )
  expect(second.stdout()).toBe('')
  expect((await detail(first, raceId)).status).toBe('running')
  await tape.return(undefined)
})

test('a second app on the same history is refused in one line, and leaves the races of the first alone', async () => {
  const file = path.join(folder, 'shared.db')
  const first = run({ DATABASE_URL: `file:${file}` })
  const url = await ready(first)
  const { raceId, tape } = await startEndless(url)
  // The link is another name of the same file.
  const link = path.join(folder, 'link.db')
  symlinkSync(file, link)
  const second = run({ DATABASE_URL: `file:${link}` })
  expect(await second.ended).toBe(1)
  expect(second.stderr()).toBe(
    `Another app has ${link}: stop it, or give this one a DATABASE_URL of its own.\n`,
  )
  expect((await detail(url, raceId)).status).toBe('running')
  // A process that only reads is no second app.
  const reader = new Database(file, { readonly: true })
  expect(reader.prepare('select status from races where id = ?').pluck().get(raceId)).toBe('running')
  reader.close()

  const third = run({ DATABASE_URL: `file:${file}` })
  first.child.kill('SIGKILL')
  await first.ended
  expect((await detail(await ready(third), raceId)).status).toBe('interrupted')
  await tape.return(undefined).catch(() => {})
})

test.each([
  [{ PORT: 'x' }, /^PORT is "x"\. .*\n$/],
  [{ GATEWAY_URL: 'localhost:4000' }, /^GATEWAY_URL is "localhost:4000"\. .*\n$/],
  [
    { GATEWAY_URL: 'http://me:secret@127.0.0.1:4000' },
    /^GATEWAY_URL holds a name or password before an @\. (?!.*secret).*\n$/,
  ],
  [{ LOG_LEVEL: 'loud' }, /^LOG_LEVEL is "loud"\. .*\n$/],
  [{ HOST: '192.0.2.1' }, /^This machine has no address 192\.0\.2\.1\. .*\n$/],
  [
    { DATABASE_URL: 'file:/proc/nowhere/races.db' },
    /^Cannot open the database \/proc\/nowhere\/races\.db: .*\n$/,
  ],
  [{ DATABASE_URL: 'postgres://me:secret@127.0.0.1/app' }, /^DATABASE_URL names no file\. (?!.*secret).*\n$/],
])('%j is one line on stderr and exit code 1', async (env: Record<string, string>, line) => {
  const program = run(env)
  expect(await program.ended).toBe(1)
  expect(program.stderr()).toMatch(line)
  expect(program.stdout()).toBe('')
})

test('the log says of an error what it is and where', async () => {
  const file = path.join(folder, 'without-a-table.db')
  const program = run({ DATABASE_URL: `file:${file}`, CLOCK_CALIBRATION: 'off' })
  const url = await ready(program)
  const sqlite = new Database(file)
  sqlite.exec('DROP TABLE prompts')
  sqlite.close()
  expect((await fetch(`${url}/api/prompts`)).status).toBe(503)
  while (!program.stderr().includes('\n')) await once(program.child.stderr!, 'data')
  const line = program.stderr().split('\n')[0]!
  expect(JSON.parse(line)).toMatchObject({
    msg: 'request failed',
    path: '/api/prompts',
    error: {
      message: expect.stringContaining('no such table: prompts'),
      stack: expect.stringContaining('.ts:'),
    },
  })
})

test('an app without file handles says so on the lanes that get none, and does not blame the gateway', async () => {
  const shell = ['bash', '-c', 'ulimit -n 48; exec "$@"', 'app', process.execPath, main]
  const url = await ready(run({ CLOCK_CALIBRATION: 'off' }, 'pipe', shell))
  // The app itself needs some 35 of the 48.
  const lanes = Array.from({ length: lanesMax }, () => ({ model: 'endless' }))
  const tape = events(await postRace(url, { prompt: 'p', lanes }))
  const failed = await next(tape, ({ type }) => type === 'error')
  expect(failed).toMatchObject({ code: 'out_of_file_handles', message: expect.stringContaining('ulimit -n') })
  await tape.return(undefined)
})

test('a file that is no database is refused with its path', async () => {
  // A copy, because the app leaves a lock file beside it.
  const file = path.join(folder, 'notes.txt')
  copyFileSync(main, file)
  const program = run({ DATABASE_URL: `file:${file}` })
  expect(await program.ended).toBe(1)
  expect(program.stderr()).toContain(file)
})
