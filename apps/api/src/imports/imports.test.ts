import { createHash } from 'node:crypto'
import {
  type ApiError,
  emptyRace,
  type ImportedRace,
  type Leaderboard,
  type RaceDetail,
  type RaceEvent,
  type RacePage,
  reduceRace,
  TapeHeader,
  tapeFormat,
  tapeLinesType,
  toTimeSlip,
  type Unnumbered,
} from '@drag-race/contracts'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { promptLibrary } from '../prompts/library.ts'
import { eventually } from '../testing/eventually.ts'
import { type FakeGateway, startFakeGateway } from '../testing/fake-gateway.ts'
import { collect, detail, eventsOf, fold, race } from '../testing/race-client.ts'
import { startApp, type TestApp } from '../testing/start-app.ts'
import { readTapeFile } from './read-tape-file.ts'

const apiKey = 'sk-of-the-gateway-alone'
let gateway: FakeGateway
/** Where races are run, and where they are brought to. */
let here: TestApp
let there: TestApp

beforeAll(async () => {
  gateway = await startFakeGateway({
    says: (call) => {
      for (const word of ['An ', 'answer ', 'with </script> ', 'and \u2028 ', 'ÄÖ']) call.answer(word)
      call.finish('stop', { prompt_tokens: 3, completion_tokens: 9 })
    },
    fails: (call) => call.json(500, { error: { message: 'no' } }),
  })
  here = await startApp({ gatewayUrl: gateway.url, apiKey })
  there = await startApp({ gatewayUrl: gateway.url })
})
afterEach(async () => {
  await there.db.deleteFrom('races').execute()
})
afterAll(async () => {
  await here?.close()
  await there?.close()
  await gateway?.close()
})

async function raced(prompt = 'p'): Promise<string> {
  const lanes = [{ model: 'says' }, { model: 'fails' }, { model: 'says' }]
  const { raceId } = await race(here.url, { prompt, lanes })
  await eventually(async () => expect((await detail(here.url, raceId!)).status).not.toBe('running'))
  return raceId!
}

const exported = (id: string, as = 'tape', app = here) => fetch(`${app.url}/api/races/${id}/export?as=${as}`)

const bring = (body: string | Uint8Array, type = tapeLinesType) =>
  fetch(`${there.url}/api/races/import`, { method: 'POST', headers: { 'content-type': type }, body })

async function refusal(response: Response): Promise<{ status: number; code: string; message: string }> {
  const { error } = (await response.json()) as ApiError
  return { status: response.status, code: error.code, message: error.message }
}

describe('a tape that is exported', () => {
  test('has a header that is true, and the events as they are on the tape', async () => {
    const id = await raced()
    const response = await exported(id)
    expect(response.headers.get('content-type')).toBe(tapeLinesType)
    expect(response.headers.get('content-disposition')).toMatch(
      /^attachment; filename="race-\d{4}-\d\d-\d\d-\w{8}\.tape\.jsonl"$/,
    )
    const text = await response.text()
    const place = text.indexOf('\n') + 1
    const header = TapeHeader.parse(JSON.parse(text.slice(0, place)))
    const lines = text.slice(place).trimEnd().split('\n')
    expect(header).toMatchObject({ format: tapeFormat, raceId: id, events: lines.length, origin: 'here' })
    expect(createHash('sha256').update(text.slice(place)).digest('hex')).toBe(header.sha256)
    expect(lines.map((line) => JSON.parse(line))).toEqual(await collect(await eventsOf(here.url, id)))
  })

  test('is the same to a reader of lines and to a reader of frames, from any event on', async () => {
    const id = await raced()
    const frames = await collect(await eventsOf(here.url, id))
    for (const after of [-1, 0, 3, frames.length - 2]) {
      const response = await fetch(`${here.url}/api/races/${id}/events?after=${after}`, {
        headers: { accept: `${tapeLinesType}, text/event-stream;q=0.5` },
      })
      expect(response.headers.get('content-type')).toBe(tapeLinesType)
      const lines = (await response.text()).split('\n').filter((line) => line !== '')
      expect(lines.map((line) => JSON.parse(line))).toEqual(frames.slice(after + 1))
    }
  })

  test.each(['tape', 'csv'])('holds no key and no address of the gateway, as %s', async (form) => {
    const text = await (await exported(await raced(), form)).text()
    expect(gateway.calls.at(-1)!.headers.authorization).toContain(apiKey)
    expect(text).not.toContain(apiKey)
    expect(text).not.toContain(gateway.url)
  })

  test('is refused as a page that is not built yet', async () => {
    expect(await refusal(await exported(await raced(), 'html'))).toMatchObject({
      status: 503,
      code: 'not_built',
    })
  })

  test('is refused for a race that is not there, and in a form that is not known', async () => {
    expect((await exported('nobody')).status).toBe(404)
    expect(await refusal(await exported('nobody', 'pdf'))).toMatchObject({
      status: 400,
      code: 'invalid_request',
    })
  })
})

describe('a tape that is imported', () => {
  test('has the same figures there as here, is marked as imported, and counts on no board', async () => {
    const id = await raced()
    const file = await (await exported(id)).text()
    const response = await bring(file)
    expect(response.status).toBe(201)
    expect((await response.json()) as ImportedRace).toEqual({ id, note: null })
    const [original, copy] = [await detail(here.url, id), await detail(there.url, id)]
    expect(copy).toEqual({
      ...original,
      origin: 'imported',
      gatewayAdded: null,
      imported: {
        importedAt: expect.any(String),
        exportedAt: expect.any(String),
        appVersion: '0.0.0',
        note: null,
      },
    })
    expect(await collect(await eventsOf(there.url, id))).toEqual(await collect(await eventsOf(here.url, id)))
    const { races } = (await (await fetch(`${there.url}/api/races`)).json()) as RacePage
    expect(races.map(({ origin }) => origin)).toEqual(['imported'])
    const board = (await (await fetch(`${there.url}/api/leaderboard`)).json()) as Leaderboard
    expect(board.rows).toEqual([])
    // And may go on from there.
    const again = await (await exported(id, 'tape', there)).text()
    expect(again.slice(again.indexOf('\n'))).toBe(file.slice(file.indexOf('\n')))
    expect(JSON.parse(again.split('\n')[0]!)).toMatchObject({ origin: 'imported' })
  })

  test('keeps the category of its prompt, and goes on with it', async () => {
    const { id: promptId, category } = promptLibrary[0]!
    const { raceId } = await race(here.url, { promptId, lanes: [{ model: 'says' }] })
    await eventually(async () => expect((await detail(here.url, raceId!)).status).not.toBe('running'))
    const file = await (await exported(raceId!)).text()
    expect((await bring(file)).status).toBe(201)
    expect((await detail(there.url, raceId!)).category).toBe(category)
    const again = await (await exported(raceId!, 'tape', there)).text()
    expect(TapeHeader.parse(JSON.parse(again.split('\n')[0]!)).category).toBe(category)
  })

  test('has no category where its file is older than that, and one that is too long is refused', async () => {
    const id = await raced()
    const file = await (await exported(id)).text()
    expect(file.split('\n')[0]).not.toContain('category')
    expect((await bring(file)).status).toBe(201)
    expect((await detail(there.url, id)).category).toBeNull()
    await there.db.deleteFrom('races').execute()
    const long = file.replace('"origin"', `"category":"${'x'.repeat(61)}","origin"`)
    expect(await refusal(await bring(long))).toMatchObject({
      status: 422,
      code: 'wrong_header',
      message: expect.stringContaining('`category`'),
    })
  })

  test('is refused a second time: it is here already', async () => {
    const file = await (await exported(await raced())).text()
    expect((await bring(file)).status).toBe(201)
    expect(await refusal(await bring(file))).toMatchObject({ status: 409, code: 'already_here' })
  })

  test('keeps what stands before a cut, at any byte, as interrupted and with a note, and no figure is another', async () => {
    const id = await raced()
    const file = new TextEncoder().encode(await (await exported(id)).text())
    const tape = await collect(await eventsOf(here.url, id))
    const headerBytes = file.indexOf(10) + 1
    for (let cut = headerBytes + 1; cut < file.length - 1; cut += 97) {
      const response = await bring(file.slice(0, cut))
      if (response.status !== 201) {
        // Not even the first event is whole.
        expect(await refusal(response)).toMatchObject({ status: 422, code: 'empty_tape' })
        continue
      }
      const { note } = (await response.json()) as ImportedRace
      const seen = Number(/after event (\d+) of/.exec(note!)![1])
      const copy = (await detail(there.url, id)) satisfies RaceDetail
      expect(copy).toMatchObject({ status: 'interrupted', marginMs: null, imported: { note } })
      const kept = await collect(await eventsOf(there.url, id))
      expect(kept.slice(0, seen)).toEqual(tape.slice(0, seen))
      const state = fold(kept)
      for (const { lane, slip } of copy.lanes) expect(slip).toEqual(toTimeSlip(state.lanes[lane]!, state.at))
      for (const { lane, ttftMs } of tape.slice(0, seen).reduce(reduceRace, emptyRace).lanes) {
        expect(state.lanes[lane]!.ttftMs).toBe(ttftMs)
      }
      await there.db.deleteFrom('races').execute()
    }
  })

  test('is refused when a line was changed in any way, with the line or the hash as the reason', async () => {
    const file = await (await exported(await raced())).text()
    const lines = file.trimEnd().split('\n')
    const changes: [string, (lines: string[]) => string[]][] = [
      ['hash_mismatch', (all) => all.map((line) => line.replace('An ', 'Un '))],
      ['out_of_order', (all) => all.toSpliced(3, 1)],
      ['out_of_order', (all) => all.toSpliced(3, 0, all[3]!)],
      ['out_of_order', (all) => all.with(3, all[4]!).with(4, all[3]!)],
      ['unknown_event', (all) => all.with(3, all[3]!.replace(/"type":"[^"]+"/, '"type":"pit-stop"'))],
      ['not_an_event', (all) => all.with(3, all[3]!.slice(0, 20))],
      ['too_many_events', (all) => [...all, all.at(-1)!]],
      ['too_many_events', (all) => [...all, '', all.at(-1)!]],
      ['not_an_event', (all) => all.toSpliced(-1, 0, '')],
      ['not_an_event', (all) => [...all.slice(0, -1), '']],
      ['other_race', (all) => all.with(0, all[0]!.replace(/"raceId":"\w/, '"raceId":"z'))],
      ['wrong_header', (all) => all.with(0, all[0]!.replace(/"sha256":"./, '"sha256":"x'))],
      ['unknown_version', (all) => all.with(0, all[0]!.replace('"version":1', '"version":2'))],
      ['too_few_events', (all) => all.with(0, all[0]!.replace(/"events":\d+/, '"events":999'))],
      ['not_a_tape', (all) => all.slice(1)],
      ['not_a_tape', () => ['PK\u0003\u0004']],
    ]
    for (const [code, change] of changes) {
      const answer = await refusal(await bring(`${change(lines).join('\n')}\n`))
      expect(answer).toMatchObject({ status: 422, code })
    }
    expect(await there.db.selectFrom('races').selectAll().execute()).toEqual([])
  })

  test('is refused when its standings are not those of its events, be the hash as it may', async () => {
    const id = await raced()
    const tape = await collect(await eventsOf(here.url, id))
    const forged = tape.map((event) =>
      event.type === 'race-end'
        ? {
            ...event,
            standings: event.standings.map((standing) => ({ ...standing, deadHeat: !standing.deadHeat })),
          }
        : event,
    )
    expect(await refusal(await bring(toFile(id, forged)))).toMatchObject({
      code: 'contradiction',
      message: expect.stringMatching(/^Line \d+: its standings are not those/),
    })
    expect((await bring(toFile(id, tape))).status).toBe(201)
  })

  test.each<Unnumbered>([
    {
      type: 'done',
      at: 10,
      lane: 0,
      totalMs: 10,
      finishReason: 'stop',
      usage: { inputTokens: 3, outputTokens: 1, reasoningTokens: null, cachedTokens: null, source: 'usage' },
      costUsd: null,
      gateway: null,
    },
    { type: 'error', at: 10, lane: 0, message: 'x', code: 'stream_cut', status: null, retryAfterMs: null },
  ])('is refused when the $type of a lane is before its own tokens', async (end) => {
    expect(await refusal(await bring(toFile('r', toHandmade('r', end))))).toMatchObject({
      status: 422,
      code: 'contradiction',
      message: 'Line 7: time goes back on lane 0.',
    })
  })

  test('is refused with more tags than a race can have, and the bound is said', async () => {
    const [start, ...rest] = toHandmade('r')
    const toTags = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, n) => [`t${n}`, 'x']))
    const withTags = (count: number) => {
      if (start?.type !== 'race-start') throw new Error('a tape begins with its start')
      return toFile('r', [{ ...start, request: { ...start.request, tags: toTags(count) } }, ...rest])
    }
    expect(await refusal(await bring(withTags(17)))).toEqual({
      status: 422,
      code: 'wrong_event',
      message:
        'Line 2: a `race-start` event whose `request.tags` is not as it must be: A race has at most 16 tags. The file was changed.',
    })
    expect((await bring(withTags(16))).status).toBe(201)
  })

  test.each([{ tags: { ['n'.repeat(100_000)]: 'x' } }, { ['n'.repeat(100_000)]: 'x' }])(
    'is refused in few words, however long a name in it is',
    async (more) => {
      const [start, ...rest] = toHandmade('r')
      if (start?.type !== 'race-start') throw new Error('a tape begins with its start')
      const long = { ...start, request: { ...start.request, ...more } }
      const { code, message } = await refusal(await bring(toFile('r', [long, ...rest])))
      expect(code).toBe('wrong_event')
      expect(message.length).toBeLessThan(500)
    },
  )

  test('that was cut where the last stamp is not the newest is sound when it goes on from there', async () => {
    expect((await bring(toFile('r', toHandmade('r')))).status).toBe(201)
    const again = await (await exported('r', 'tape', there)).text()
    await there.db.deleteFrom('races').execute()
    expect((await bring(again)).status).toBe(201)
  })

  test('is taken with the line ends of another system', async () => {
    const file = await (await exported(await raced())).text()
    expect((await bring(file.replaceAll('\n', '\r\n'))).status).toBe(201)
  })

  test('is taken with empty lines at its end', async () => {
    const file = await (await exported(await raced())).text()
    expect((await bring(`${file}\n\r\n`)).status).toBe(201)
  })

  test('must be named as lines, must be text, and comes from no other site', async () => {
    expect(await refusal(await bring('{}', 'application/json'))).toMatchObject({
      status: 415,
      code: 'not_lines',
    })
    expect(await refusal(await bring(new Uint8Array([0xff, 0xfe, 0x00])))).toMatchObject({ code: 'not_utf8' })
    const foreign = await fetch(`${there.url}/api/races/import`, {
      method: 'POST',
      headers: { 'content-type': tapeLinesType, 'sec-fetch-site': 'cross-site' },
      body: '',
    })
    expect(await refusal(foreign)).toMatchObject({ status: 403, code: 'cross_origin' })
  })
})

describe('an upload', () => {
  test('that is too long is refused while it comes, with the bound', async () => {
    async function* endless() {
      for (;;) yield new TextEncoder().encode('{"format":"llm-drag-race/tape"')
    }
    await expect(readTapeFile(endless(), 1024 * 1024)).rejects.toMatchObject({
      status: 413,
      code: 'tape_too_large',
      message: expect.stringContaining('larger than 1 MB'),
    })
  })

  test('waits for the one before it', async () => {
    const file = new TextEncoder().encode(await (await exported(await raced())).text())
    let send: ReadableStreamDefaultController<Uint8Array> | undefined
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(file.slice(0, 300))
        send = controller
      },
    })
    const headers = { 'content-type': tapeLinesType }
    const init = { method: 'POST', headers, body, duplex: 'half' } as RequestInit
    const first = fetch(`${there.url}/api/races/import`, init)
    await eventually(async () => {
      const second = await bring('x')
      expect(await refusal(second.clone())).toMatchObject({ status: 429, code: 'import_busy' })
      expect(second.headers.get('retry-after')).toBe('2')
    })
    send?.enqueue(file.slice(300))
    send?.close()
    expect((await first).status).toBe(201)
  })
})

test('other races of the same prompt are found, the race itself left out', async () => {
  const [first, second, other] = [await raced('the same'), await raced('the same'), await raced('another')]
  const found = async (id: string) =>
    ((await (await fetch(`${here.url}/api/races?samePromptAs=${id}`)).json()) as RacePage).races.map(
      (race) => race.id,
    )
  expect(await found(first)).toEqual([second])
  expect(await found(second)).toEqual([first])
  expect(await found(other)).toEqual([])
})

/** Two lanes, the last stamp not the newest; and what else is to stand on the tape, which has no end. */
function toHandmade(raceId: string, ...more: Unnumbered[]): RaceEvent[] {
  const lanes = [0, 1].map((lane) => ({ lane, model: 'm', stream: true, provider: null, simulated: false }))
  const request = {
    prompt: 'p',
    finish: 'done' as const,
    lanes: [0, 1].map(() => ({ model: 'm', stream: true })),
  }
  const token = { type: 'token', content: 'x', kind: 'answer' } as const
  const events: Unnumbered[] = [
    { type: 'race-start', at: 0, raceId, startedAt: '2026-01-01T00:00:00.000Z', request, lanes },
    { type: 'lane-start', at: 0, lane: 0 },
    { type: 'lane-start', at: 0, lane: 1 },
    { ...token, at: 950, lane: 0 },
    { ...token, at: 949, lane: 1 },
    ...more,
  ]
  return events.map((event, seq) => ({ ...event, seq }))
}

function toFile(raceId: string, events: readonly RaceEvent[]): string {
  const lines = events.map((event) => `${JSON.stringify(event)}\n`).join('')
  const sha256 = createHash('sha256').update(lines).digest('hex')
  const header: TapeHeader = {
    format: tapeFormat,
    version: 1,
    raceId,
    events: events.length,
    sha256,
    exportedAt: new Date(0).toISOString(),
    appVersion: '0',
    origin: 'here',
  }
  return `${JSON.stringify(header)}\n${lines}`
}
