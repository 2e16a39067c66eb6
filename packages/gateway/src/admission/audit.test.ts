import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { role, token } from '../testing/chunks.ts'
import { bearer, type Door, keyOf, openDoor } from '../testing/door.ts'
import { messages } from '../testing/gateway.ts'
import { createAudit } from './audit.ts'
import { createAuditFile } from './audit-file.ts'

let folder: string
let door: Door | null = null
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'audit-'))
})
afterEach(async () => {
  await door?.close()
  door = null
  await rm(folder, { recursive: true })
})

const prompt = 'What is a drag race?'
const plain = { model: 'm', messages }

async function start(path: string) {
  const keys = [keyOf('search', { tenant: 'find', allowedModels: ['m'], tags: { team: 's' } })]
  door = await openDoor({ apiKeys: { keys }, audit: { path } })
  return door
}

/** Once the gateway is closed, all lines are written. */
async function linesAfterClose(path: string): Promise<Record<string, unknown>[]> {
  await door?.close()
  door = null
  const text = await readFile(path, 'utf8')
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
}

test('a call that is cut off when the gateway stops has its line too', async () => {
  const path = join(folder, 'audit.log')
  door = await openDoor(
    { audit: { path } },
    { answer: (response) => void response.writeHead(200).write(role + token('a')) },
  )
  const response = await door.gateway.chat({ ...plain, stream: true })
  const reading = response.text().catch(() => 'cut off')
  const lines = await linesAfterClose(path)
  expect(await reading).not.toContain('[DONE]')
  const tried = [{ target: 'm', outcome: 'gateway_shutdown', status: 200 }]
  expect(lines).toMatchObject([{ outcome: 'gateway_shutdown', attempts: 1, tried }])
})

test('one line a call says who, what, how it ended and what it cost, and no word of the prompt', async () => {
  const path = join(folder, 'logs', 'audit.log')
  const { gateway } = await start(path)
  for (const [body, key] of [
    [{ ...plain, stream: true }, 'key-of-search'],
    [{ ...plain, model: 'n' }, 'key-of-search'],
    [{ model: 'm' }, 'key-of-search'],
    [plain, 'wrong'],
  ] as const) {
    await (await gateway.chat(body, bearer(key))).text()
  }
  const lines = await linesAfterClose(path)
  const { mode } = await stat(path)
  expect(mode & 0o777).toBe(0o600)
  expect(lines).toEqual([
    {
      time: '2026-01-01T00:00:00.000Z',
      requestId: expect.stringMatching(/^req_/),
      caller: 'search',
      tenant: 'find',
      tags: { team: 's' },
      model: 'm',
      target: 'm',
      provider: 'custom',
      servedModel: 'up-1',
      stream: true,
      outcome: 'ok',
      status: 200,
      attempts: 1,
      inputTokens: 7,
      outputTokens: 3,
      costUsd: null,
      durationMs: expect.any(Number),
    },
    expect.objectContaining({
      caller: 'search',
      model: 'n',
      outcome: 'model_not_allowed',
      status: 403,
      attempts: 0,
    }),
    // The caller is identified before the body is read.
    expect.objectContaining({
      caller: 'search',
      tags: { team: 's' },
      model: null,
      outcome: 'invalid_request',
      status: 400,
    }),
    expect.objectContaining({
      caller: null,
      tenant: null,
      model: null,
      outcome: 'invalid_api_key',
      status: 401,
    }),
  ])
  expect(JSON.stringify(lines)).not.toContain(prompt)
})

test('a line says what the cache and the guardrails did', async () => {
  const path = join(folder, 'audit.log')
  const mails = { name: 'mails', on: ['request'], match: { detector: 'email' }, action: 'mask' }
  door = await openDoor({ audit: { path }, cache: { mode: 'exact' }, guardrails: [mails] })
  const { gateway } = door
  for (const mail of ['a@b.com', 'c@d.com']) {
    await (await gateway.chat({ model: 'm', messages: [{ role: 'user', content: mail }] })).text()
  }
  const guardrails = [{ guardrail: 'mails', action: 'mask', on: 'request' }]
  expect(await linesAfterClose(path)).toMatchObject([
    { cache: 'miss', guardrails },
    { cache: 'hit', guardrails },
  ])
})

test('requests without a key get sixty lines a minute, and one line says how many got none', async () => {
  const path = join(folder, 'audit.log')
  let nowMs = 0
  const keys = [keyOf('search')]
  door = await openDoor({ apiKeys: { keys }, audit: { path } }, { monotonicMs: () => nowMs })
  const { gateway } = door
  let knocked = 0
  const knock = async (times: number) => {
    knocked += times
    for (let time = 0; time < times; time++) await (await gateway.chat(plain)).text()
    await expect.poll(() => gateway.sample('gateway_refused_total')).toBe(knocked)
  }
  await knock(70)
  await (await gateway.chat(plain, bearer('key-of-search'))).text()
  await expect.poll(() => gateway.logs.at(-1)).toMatchObject({ outcome: 'ok' })
  nowMs = 60_000
  await knock(63)
  const lines = await linesAfterClose(path)
  const rest = lines.filter(({ outcome }) => outcome !== 'missing_api_key')
  expect(lines).toHaveLength(123)
  expect(rest).toEqual([
    expect.objectContaining({ caller: 'search', outcome: 'ok' }),
    { time: '2026-01-01T00:00:00.000Z', caller: null, outcome: 'left_out', calls: 10 },
    { time: '2026-01-01T00:00:00.000Z', caller: null, outcome: 'left_out', calls: 3 },
  ])
})

test('a file that cannot be written fails no call: the log says so once, and every lost line is counted', async () => {
  const path = join(folder, 'a-file', 'audit.log')
  await writeFile(join(folder, 'a-file'), '')
  const { gateway } = await start(path)
  for (let call = 0; call < 3; call++) {
    const response = await gateway.chat(plain, bearer('key-of-search'))
    await response.text()
    expect(response.status).toBe(200)
  }
  await expect.poll(() => gateway.sample('gateway_audit_lost_total')).toBe(3)
  expect(gateway.logs.filter(({ msg }) => String(msg).includes('audit log cannot be written'))).toHaveLength(
    1,
  )
})

test('a file that is left and taken again has one writer, under whatever spelling: no line is lost', async () => {
  const lost: number[] = []
  const clock = { date: () => new Date(0), monotonicMs: () => 0 }
  const audit = createAudit({ clock, log: pino({ level: 'silent' }), onLost: (lines) => lost.push(lines) })
  const use = (path: string) => audit.use({ path, maxBytes: 1_000, keep: 100 })
  const note = (from: number) => {
    for (let line = from; line < from + 100; line++) audit.note({ line })
  }
  use(join(folder, 'audit.log'))
  note(0)
  use(join(folder, 'other.log'))
  use(`${folder}/./audit.log`)
  note(100)
  await audit.close()
  const names = (await readdir(folder)).sort(
    (a, b) => Number(b.split('.')[2] ?? 0) - Number(a.split('.')[2] ?? 0),
  )
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')))
  const lines = texts.join('').trimEnd().split('\n')
  expect(lines.map((line) => JSON.parse(line).line)).toEqual(Array.from(lines, (_, index) => index))
  expect([lines.length, lost]).toEqual([200, []])
})

/** A file whose first line was lost; `back` resolves when it is written again, and `lose` loses another one before. */
async function loseLine(path: string) {
  let failed = Promise.withResolvers<void>()
  const back = Promise.withResolvers<void>()
  const onLost = () => failed.resolve()
  const file = createAuditFile({ path, maxBytes: 1_000, keep: 1, onLost, onBack: back.resolve })
  const lose = async () => {
    failed = Promise.withResolvers()
    file.write('lost')
    await failed.promise
  }
  await lose()
  return { file, lose, back: back.promise }
}

test('when the file can be written again, lines are written again', async () => {
  const blocked = join(folder, 'blocked')
  await writeFile(blocked, '')
  const path = join(blocked, 'audit.log')
  const { file, back } = await loseLine(path)
  await rm(blocked)
  file.write('kept')
  await back
  expect(await readFile(path, 'utf8')).toBe('kept\n')
})

/** Only Linux has `/dev/full`, a disk that is always full. */
const isLinux = process.platform === 'linux'

test.runIf(isLinux)(
  'after half a line that could not be cut off, the next line starts a new one, also when others were lost between',
  async () => {
    const path = join(folder, 'audit.log')
    await symlink('/dev/full', path)
    const { file, lose, back } = await loseLine(path)
    await rm(path)
    await symlink(join(folder, 'elsewhere', 'audit.log'), path)
    await lose()
    await rm(path)
    await writeFile(path, 'lo')
    file.write('kept')
    await back
    file.write('next')
    await file.close()
    expect(await readFile(path, 'utf8')).toBe('lo\nkept\nnext\n')
  },
)

test('a file that could not be made begins with a line, not with an empty one', async () => {
  const path = join(folder, 'audit.log')
  const elsewhere = join(folder, 'elsewhere')
  await symlink(join(elsewhere, 'audit.log'), path)
  const { file, back } = await loseLine(path)
  await mkdir(elsewhere)
  file.write('kept')
  await back
  expect(await readFile(path, 'utf8')).toBe('kept\n')
})

test('lines beyond those that can wait for a slow disk are dropped and counted', async () => {
  const told: string[] = []
  let lost = 0
  const file = createAuditFile({
    path: join(folder, 'audit.log'),
    maxBytes: 10_000_000,
    keep: 1,
    onLost(lines, _error, isFirst) {
      lost += lines
      if (isFirst) told.push('lost')
    },
    onBack: () => told.push('back'),
  })
  // Nothing is written before this loop ends: the first line is being written, 10,000 wait, 100 are lost.
  for (let line = 0; line < 10_101; line++) file.write('x')
  expect(lost).toBe(100)
  await file.close()
  expect(told).toEqual(['lost', 'back'])
  expect((await readFile(join(folder, 'audit.log'), 'utf8')).length).toBe(2 * 10_001)
})

test.runIf(isLinux)('lines that wait at the end for a disk that hangs are counted as lost', async () => {
  // Whoever opens a pipe to write it waits for a reader.
  const path = join(folder, 'audit.log')
  execFileSync('mkfifo', [path])
  const lost: [number, string][] = []
  const onLost = (lines: number, { message }: Error) => lost.push([lines, message])
  const file = createAuditFile({ path, maxBytes: 1_000, keep: 1, onLost, onBack() {} })
  for (const line of ['hangs', 'waits', 'waits']) file.write(line)
  await file.close()
  expect(await readFile(path, 'utf8')).toBe('hangs\n')
  expect(lost).toEqual([[2, 'the disk is too slow']])
})
