/** Tape files that are exported from one app and imported into another. */
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import {
  emptyRace,
  type ImportedRace,
  type Leaderboard,
  type RaceDetail,
  type RacePage,
  reduceRace,
  TapeHeader,
  tapeBytesMax,
  tapeLinesType,
  toTimeSlip,
} from '@drag-race/contracts'
import pino from 'pino'
import { describe, expect, onTestFinished, test } from 'vitest'
import { promptLibrary } from '../prompts/library.ts'
import { eventually } from '../testing/eventually.ts'
import { toHandmade } from '../testing/handmade-tape.ts'
import { collect, detail, eventsOf, fold, race } from '../testing/race-client.ts'
import { startApp } from '../testing/start-app.ts'
import { refusal, toFile, useTwoApps } from '../testing/use-two-apps.ts'
import { readTapeFile } from './read-tape-file.ts'

const at = useTwoApps()

describe('a tape that is imported', () => {
  test('has the same figures there as here, is marked as imported, and counts on no board', async () => {
    const id = await at.raced()
    const file = await (await at.exported(id)).text()
    const response = await at.bring(file)
    expect(response.status).toBe(201)
    expect((await response.json()) as ImportedRace).toEqual({ id, note: null })
    const [original, copy] = [await detail(at.here.url, id), await detail(at.there.url, id)]
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
    expect(await collect(await eventsOf(at.there.url, id))).toEqual(
      await collect(await eventsOf(at.here.url, id)),
    )
    const { races } = (await (await fetch(`${at.there.url}/api/races`)).json()) as RacePage
    expect(races.map(({ origin }) => origin)).toEqual(['imported'])
    const board = (await (await fetch(`${at.there.url}/api/leaderboard`)).json()) as Leaderboard
    expect(board.rows).toEqual([])
    // It can be exported again from there.
    const again = await (await at.exported(id, 'tape', at.there)).text()
    expect(again.slice(again.indexOf('\n'))).toBe(file.slice(file.indexOf('\n')))
    expect(JSON.parse(again.split('\n')[0]!)).toMatchObject({ origin: 'imported' })
  })

  test('keeps the category of its prompt, also when it is exported again', async () => {
    const { id: promptId, category } = promptLibrary[0]!
    const { raceId } = await race(at.here.url, { promptId, lanes: [{ model: 'says' }] })
    await eventually(async () => expect((await detail(at.here.url, raceId!)).status).not.toBe('running'))
    const file = await (await at.exported(raceId!)).text()
    expect((await at.bring(file)).status).toBe(201)
    expect((await detail(at.there.url, raceId!)).category).toBe(category)
    const again = await (await at.exported(raceId!, 'tape', at.there)).text()
    expect(TapeHeader.parse(JSON.parse(again.split('\n')[0]!)).category).toBe(category)
  })

  test('has no category where its file names none, and one that is too long is refused', async () => {
    const id = await at.raced()
    const file = await (await at.exported(id)).text()
    expect(file.split('\n')[0]).not.toContain('category')
    expect((await at.bring(file)).status).toBe(201)
    expect((await detail(at.there.url, id)).category).toBeNull()
    await at.there.db.deleteFrom('races').execute()
    const long = file.replace('"origin"', `"category":"${'x'.repeat(61)}","origin"`)
    expect(await refusal(await at.bring(long))).toMatchObject({
      status: 422,
      code: 'wrong_header',
      message: expect.stringContaining('`category`'),
    })
  })

  test('is refused a second time', async () => {
    const file = await (await at.exported(await at.raced())).text()
    expect((await at.bring(file)).status).toBe(201)
    expect(await refusal(await at.bring(file))).toMatchObject({ status: 409, code: 'already_here' })
  })

  test('cut at any byte, keeps what precedes the cut as interrupted, with a note and the same figures', async () => {
    const id = await at.raced()
    const file = new TextEncoder().encode(await (await at.exported(id)).text())
    const tape = await collect(await eventsOf(at.here.url, id))
    const headerBytes = file.indexOf(10) + 1
    for (let cut = headerBytes + 1; cut < file.length - 1; cut += 97) {
      const response = await at.bring(file.slice(0, cut))
      if (response.status !== 201) {
        // Not even the first event is whole.
        expect(await refusal(response)).toMatchObject({ status: 422, code: 'empty_tape' })
        continue
      }
      const { note } = (await response.json()) as ImportedRace
      const seen = Number(/after event (\d+) of/.exec(note!)![1])
      const copy = (await detail(at.there.url, id)) satisfies RaceDetail
      expect(copy).toMatchObject({ status: 'interrupted', marginMs: null, imported: { note } })
      const kept = await collect(await eventsOf(at.there.url, id))
      expect(kept.slice(0, seen)).toEqual(tape.slice(0, seen))
      const state = fold(kept)
      for (const { lane, slip } of copy.lanes) expect(slip).toEqual(toTimeSlip(state.lanes[lane]!, state.at))
      for (const { lane, ttftMs } of tape.slice(0, seen).reduce(reduceRace, emptyRace).lanes) {
        expect(state.lanes[lane]!.ttftMs).toBe(ttftMs)
      }
      await at.there.db.deleteFrom('races').execute()
    }
  })

  test('cut where the last stamp is not the newest, can be exported and imported again', async () => {
    const response = await at.bring(toFile('r', toHandmade('r')))
    expect((await response.json()) as ImportedRace).toEqual({
      id: 'r',
      note: 'The tape has no end: what had arrived is kept, and the race counts as interrupted.',
    })
    const again = await (await at.exported('r', 'tape', at.there)).text()
    await at.there.db.deleteFrom('races').execute()
    expect((await at.bring(again)).status).toBe(201)
  })

  test('of many parts is kept whole, and is read on after any of its events', async () => {
    const tokens = Array.from({ length: 1_200 }, (_, index) => ({
      ...({ type: 'token', lane: 0, content: 'x', kind: 'answer' } as const),
      at: 951 + index,
    }))
    const tape = toHandmade('r', ...tokens)
    expect((await at.bring(toFile('r', tape))).status).toBe(201)
    const kept = await collect(await eventsOf(at.there.url, 'r'))
    expect(kept.slice(0, tape.length)).toEqual(tape)
    for (const after of [498, 499, 500, 999, 1_000]) {
      const headers = { 'last-event-id': String(after) }
      expect(await collect(await eventsOf(at.there.url, 'r', { headers }))).toEqual(kept.slice(after + 1))
    }
  })

  test('is whole without its last line feed', async () => {
    const id = await at.raced()
    const file = await (await at.exported(id)).text()
    const response = await at.bring(file.trimEnd())
    expect((await response.json()) as ImportedRace).toEqual({ id, note: null })
  })

  test('is taken with the line ends of another system', async () => {
    const file = await (await at.exported(await at.raced())).text()
    expect((await at.bring(file.replaceAll('\n', '\r\n'))).status).toBe(201)
  })

  test('is taken with empty lines at its end', async () => {
    const file = await (await at.exported(await at.raced())).text()
    expect((await at.bring(`${file}\n\r\n`)).status).toBe(201)
  })

  test('is refused with more empty lines than any editor leaves, as soon as they come', async () => {
    const file = new TextEncoder().encode(toFile('r', toHandmade('r')))
    let pieces = 0
    async function* endless() {
      yield file
      for (; ; pieces++) yield new Uint8Array(64 * 1024).fill(10)
    }
    await expect(readTapeFile(endless(), tapeBytesMax)).rejects.toMatchObject({
      status: 422,
      code: 'too_many_events',
    })
    expect(pieces).toBe(0)
  })

  test('must have the content type of lines, be UTF-8, and come from no other site', async () => {
    expect(await refusal(await at.bring('{}', 'application/json'))).toMatchObject({
      status: 415,
      code: 'not_lines',
    })
    expect(await refusal(await at.bring(''))).toMatchObject({ status: 422, code: 'not_a_tape' })
    expect(await refusal(await at.bring(new Uint8Array([0xff, 0xfe, 0x00])))).toMatchObject({
      code: 'not_utf8',
    })
    const foreign = await fetch(`${at.there.url}/api/races/import`, {
      method: 'POST',
      headers: { 'content-type': tapeLinesType, 'sec-fetch-site': 'cross-site' },
      body: '',
    })
    expect(await refusal(foreign)).toMatchObject({ status: 403, code: 'cross_origin' })
  })
})

describe('an upload', () => {
  test('that is too long is refused while it arrives, with the limit', async () => {
    async function* endless() {
      for (;;) yield new TextEncoder().encode('{"format":"llm-drag-race/tape"')
    }
    await expect(readTapeFile(endless(), 1024 * 1024)).rejects.toMatchObject({
      status: 413,
      code: 'tape_too_large',
      message: expect.stringContaining('larger than 1 MB'),
    })
  })

  test('that is refused is read to its end, before which a browser looks for no answer', async () => {
    const headers = { 'content-type': tapeLinesType }
    const upload = request(`${at.there.url}/api/races/import`, { method: 'POST', headers })
    const answered = once(upload, 'response')
    upload.end(Buffer.alloc(20 * 1024 * 1024, 'x\n'))
    await once(upload, 'finish')
    const [response] = (await answered) as [IncomingMessage]
    expect(response.resume().statusCode).toBe(422)
  })

  test('whose client leaves is no failure of the app', async () => {
    const lines: string[] = []
    const app = await startApp({
      gatewayUrl: 'http://127.0.0.1:1',
      log: pino({ level: 'warn' }, { write: (line) => lines.push(line) }),
    })
    onTestFinished(app.close)
    const headers = { 'content-type': tapeLinesType }
    const upload = request(`${app.url}/api/races/import`, { method: 'POST', headers })
    upload.on('error', () => {})
    upload.write('{"format":')
    const other = () => fetch(`${app.url}/api/races/import`, { method: 'POST', headers })
    await eventually(async () => expect((await other()).status).toBe(429))
    upload.destroy()
    await eventually(async () => expect((await other()).status).toBe(422))
    expect(lines).toEqual([])
  })

  test('is refused while another one runs, with when to try again', async () => {
    const file = new TextEncoder().encode(await (await at.exported(await at.raced())).text())
    let send: ReadableStreamDefaultController<Uint8Array> | undefined
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(file.slice(0, 300))
        send = controller
      },
    })
    const headers = { 'content-type': tapeLinesType }
    const init = { method: 'POST', headers, body, duplex: 'half' } as RequestInit
    const first = fetch(`${at.there.url}/api/races/import`, init)
    await eventually(async () => {
      const second = await at.bring('x')
      expect(await refusal(second.clone())).toMatchObject({ status: 429, code: 'import_busy' })
      expect(second.headers.get('retry-after')).toBe('2')
    })
    send?.enqueue(file.slice(300))
    send?.close()
    expect((await first).status).toBe(201)
  })
})
