/** A race exported as a file, compared with its events. */
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { TapeHeader, tapeFormat, tapeLinesType } from '@drag-race/contracts'
import { describe, expect, onTestFinished, test } from 'vitest'
import { eventually } from '../testing/eventually.ts'
import { collect, detail, eventsOf, race } from '../testing/race-client.ts'
import { startApp } from '../testing/start-app.ts'
import { apiKey, refusal, useTwoApps } from '../testing/use-two-apps.ts'

const at = useTwoApps()

describe('a tape that is exported', () => {
  test('has a header that agrees with its events, and the events as they are on the tape', async () => {
    const id = await at.raced()
    const response = await at.exported(id)
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
    expect(lines.map((line) => JSON.parse(line))).toEqual(await collect(await eventsOf(at.here.url, id)))
  })

  test('is the same to a reader of lines and to a reader of frames, from any event on', async () => {
    const id = await at.raced()
    const frames = await collect(await eventsOf(at.here.url, id))
    for (const after of [-1, 0, 3, frames.length - 2]) {
      const response = await fetch(`${at.here.url}/api/races/${id}/events?after=${after}`, {
        headers: { accept: `${tapeLinesType}, text/event-stream;q=0.5` },
      })
      expect(response.headers.get('content-type')).toBe(tapeLinesType)
      const lines = (await response.text()).split('\n').filter((line) => line !== '')
      expect(lines.map((line) => JSON.parse(line))).toEqual(frames.slice(after + 1))
    }
  })

  test.each(['tape', 'csv'])('holds no key and no address of the gateway, as %s', async (form) => {
    const text = await (await at.exported(await at.raced(), form)).text()
    expect(at.gateway.calls.at(-1)!.headers.authorization).toContain(apiKey)
    expect(text).not.toContain(apiKey)
    expect(text).not.toContain(at.gateway.url)
  })

  test('is, as html, the page of a replay with the same events, to be saved', async () => {
    const webFolder = mkdtempSync(path.join(tmpdir(), 'exports-'))
    onTestFinished(() => rmSync(webFolder, { recursive: true }))
    mkdirSync(path.join(webFolder, 'export'))
    writeFileSync(path.join(webFolder, 'export/replay.html'), '<body><!--tape--></body>')
    const app = await startApp({ gatewayUrl: at.gateway.url, db: at.here.db, webFolder })
    onTestFinished(app.close)
    const id = await at.raced()
    const response = await at.exported(id, 'html', app)
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(response.headers.get('content-disposition')).toMatch(/^attachment; filename="race-.+\.html"$/)
    const tape = /^<body><script [^>]+>\n([^<]+)\n<\/script><\/body>$/.exec(await response.text())![1]!
    const [header, ...events] = tape.split('\n').map((line) => JSON.parse(line))
    expect(TapeHeader.parse(header).raceId).toBe(id)
    expect(events).toEqual(await collect(await eventsOf(at.here.url, id)))
  })

  test('is refused as html while the replay page is not built', async () => {
    expect(await refusal(await at.exported(await at.raced(), 'html'))).toMatchObject({
      status: 503,
      code: 'not_built',
    })
  })

  test('is refused for a race that does not exist, and in an unknown form', async () => {
    expect((await at.exported('nobody')).status).toBe(404)
    expect(await refusal(await at.exported('nobody', 'pdf'))).toMatchObject({
      status: 400,
      code: 'invalid_request',
    })
  })
})

test('an export that fails is an error of the API, not a file', async () => {
  const app = await startApp({ gatewayUrl: at.gateway.url })
  const { raceId } = await race(app.url, { prompt: 'p', lanes: [{ model: 'says' }] })
  await eventually(async () => expect((await detail(app.url, raceId!)).status).toBe('finished'))
  await app.db.schema.dropTable('tape_parts').execute()
  const response = await at.exported(raceId!, 'tape', app)
  expect(response.headers.get('content-type')).toMatch(/^application\/json;/)
  expect(response.headers.has('content-disposition')).toBe(false)
  expect(await refusal(response)).toMatchObject({ status: 503, code: 'database_unavailable' })
  await app.close()
})

test('a race that is deleted while its tape is read is no tape without events', async () => {
  const id = await at.raced()
  await at.here.db.deleteFrom('tape_parts').where('race_id', '=', id).execute()
  expect(await refusal(await at.exported(id))).toMatchObject({ status: 404, code: 'not_found' })
})
