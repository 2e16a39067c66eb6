/** Tape files that are not sound, and how they are refused. */
import type { Arrival, EventOf, RaceEvent, Unnumbered } from '@drag-race/contracts'
import { describe, expect, test } from 'vitest'
import { toHandmade, toNumbered } from '../testing/handmade-tape.ts'
import { collect, eventsOf } from '../testing/race-client.ts'
import { refusal, toFile, useTwoApps } from '../testing/use-two-apps.ts'

const at = useTwoApps()

describe('a tape that is imported', () => {
  test('is refused when a line was changed in any way, with the line or the hash as the reason', async () => {
    const file = await (await at.exported(await at.raced())).text()
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
      // They stand in every answer about the race.
      ...['appVersion', 'exportedAt'].map((key): [string, (all: string[]) => string[]] => [
        'wrong_header',
        (all) => all.with(0, all[0]!.replace(`"${key}":"`, `"${key}":"${'x'.repeat(200)}`)),
      ]),
      ['unknown_version', (all) => all.with(0, all[0]!.replace('"version":1', '"version":2'))],
      ['too_few_events', (all) => all.with(0, all[0]!.replace(/"events":\d+/, '"events":999'))],
      ['not_a_tape', (all) => all.slice(1)],
      ['not_a_tape', (all) => all.with(0, all[0]!.replace('"format":"', '"format":"other/'))],
      ['not_a_tape', () => ['{}']],
      ['not_a_tape', () => ['3']],
      ['not_a_tape', () => ['PK\u0003\u0004']],
    ]
    for (const [code, change] of changes) {
      const answer = await refusal(await at.bring(`${change(lines).join('\n')}\n`))
      expect(answer).toMatchObject({ status: 422, code })
    }
    expect((await refusal(await at.bring(`${file}more\n`))).message).toMatch(`Line ${lines.length + 1}: more`)
    expect(await at.there.db.selectFrom('races').selectAll().execute()).toEqual([])
  })

  test('is refused when its standings are not those of its events, even if the hash is right', async () => {
    const id = await at.raced()
    const tape = await collect(await eventsOf(at.here.url, id))
    const forged = tape.map((event) =>
      event.type === 'race-end'
        ? {
            ...event,
            standings: event.standings.map((standing) => ({ ...standing, deadHeat: !standing.deadHeat })),
          }
        : event,
    )
    expect(await refusal(await at.bring(toFile(id, forged)))).toMatchObject({
      code: 'contradiction',
      message: expect.stringMatching(/^Line \d+: its standings are not those/),
    })
    expect((await at.bring(toFile(id, tape))).status).toBe(201)
  })

  test('is refused when a sentinel stands before a lane, whose settings would be those of another', async () => {
    const [start, ...rest] = toHandmade('r') as [EventOf<'race-start'>, ...RaceEvent[]]
    const request = { ...start.request, lanes: start.request.lanes.slice(1) }
    const bring = (sentinel: number) => {
      const lanes = start.lanes.map((entry) =>
        entry.lane === sentinel ? { ...entry, sentinel: true } : entry,
      )
      return at.bring(toFile('r', [{ ...start, request, lanes }, ...rest]))
    }
    expect(await refusal(await bring(0))).toMatchObject({
      code: 'contradiction',
      message: expect.stringContaining('Line 2: its lanes are not those that were asked for.'),
    })
    expect((await bring(1)).status).toBe(201)
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
    expect(await refusal(await at.bring(toFile('r', toHandmade('r', end))))).toMatchObject({
      status: 422,
      code: 'contradiction',
      message: 'Line 9: time goes back on lane 0.',
    })
  })

  const arrival = {
    ...{ connectMs: 1, headersMs: 3, firstByteMs: 4, firstChoicesMs: 4 },
    ...{ lastChunkMs: 959, closeMs: 961 },
  }
  const whole: Unnumbered<EventOf<'done'>> = {
    ...{ type: 'done', at: 960, lane: 0, totalMs: 960, finishReason: 'stop', costUsd: null, gateway: null },
    usage: { inputTokens: 3, outputTokens: 1, reasoningTokens: null, cachedTokens: null, source: 'usage' },
  }
  const failed: Unnumbered<EventOf<'error'>> = {
    ...{ type: 'error', at: 962, lane: 0, message: 'x', code: 'stream_cut' },
    ...{ status: null, retryAfterMs: null },
  }
  test.each<[string, Unnumbered<EventOf<'done' | 'error'>>, Partial<Arrival>]>([
    ['headers before the start', whole, { headersMs: -0.03 }],
    ['first byte before the headers', whole, { headersMs: 5 }],
    ['first byte before the headers', failed, { headersMs: 970 }],
    ['first choices before the first byte', whole, { firstByteMs: 4.5 }],
    ['first token before the first choices', whole, { firstChoicesMs: 951 }],
    ['first token before the headers', whole, { headersMs: 955, firstByteMs: null, firstChoicesMs: null }],
    ['last chunk before the last token', whole, { lastChunkMs: 949 }],
    ['total before the last chunk', whole, { lastChunkMs: 961, closeMs: 962 }],
    ['total before the last chunk', whole, { lastChunkMs: 961, closeMs: null }],
    ['close before the total', whole, { closeMs: 959 }],
    ['close before the last chunk', failed, { closeMs: 900 }],
    ['failure before the close', failed, { closeMs: 963 }],
  ])('is refused when it puts the %s of a lane', async (words, end, change) => {
    const bring = (all: Arrival) => at.bring(toFile('r', toHandmade('r', { ...end, arrival: all })))
    expect(await refusal(await bring({ ...arrival, ...change }))).toMatchObject({
      status: 422,
      code: 'contradiction',
      message: `Line 9: lane 0 has the ${words}.`,
    })
    expect((await bring(arrival)).status).toBe(201)
  })

  test('is refused when a lane that has not started has an arrival', async () => {
    const tape = toHandmade('r', { ...failed, arrival }).filter(
      (event) => !('lane' in event && event.lane === 0) || event.type === 'error',
    )
    expect(await refusal(await at.bring(toFile('r', toNumbered(tape))))).toMatchObject({
      code: 'contradiction',
      message: 'Line 6: an arrival on lane 0, which has not started.',
    })
  })

  const toWhole = (event: RaceEvent) =>
    event.type === 'race-start'
      ? {
          ...event,
          request: {
            ...event.request,
            lanes: event.request.lanes.map((lane) => ({ ...lane, stream: false })),
          },
          lanes: event.lanes.map((lane) => ({ ...lane, stream: false })),
        }
      : event
  test.each<[string, (tape: RaceEvent[]) => RaceEvent[], string]>([
    [
      'behind a token',
      (all) => all.with(3, all[4]!).with(4, all[3]!),
      'a token of lane 0 stands before its `ttft` event.',
    ],
    ['nowhere', (all) => all.toSpliced(3, 1), 'a token of lane 0 stands before its `ttft` event.'],
    ['twice', (all) => all.toSpliced(3, 0, all[3]!), 'lane 0 has its first token a second time.'],
    [
      'on a lane that does not stream',
      (all) => all.map(toWhole),
      'a first token of lane 0, which did not stream.',
    ],
  ])('is refused when TTFT stands %s, even if the hash is right', async (_where, change, words) => {
    const tape = toNumbered(change(toHandmade('r')))
    expect(await refusal(await at.bring(toFile('r', tape)))).toMatchObject({
      status: 422,
      code: 'contradiction',
      message: expect.stringContaining(words),
    })
  })

  test('is refused with more tags than a race can have, with the limit', async () => {
    const [start, ...rest] = toHandmade('r')
    const toTags = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, n) => [`t${n}`, 'x']))
    const withTags = (count: number) => {
      if (start?.type !== 'race-start') throw new Error('a tape begins with its start')
      return toFile('r', [{ ...start, request: { ...start.request, tags: toTags(count) } }, ...rest])
    }
    expect(await refusal(await at.bring(withTags(17)))).toEqual({
      status: 422,
      code: 'wrong_event',
      message:
        'Line 2: a `race-start` event whose `request.tags` is not valid: A race has at most 16 tags. The file was changed.',
    })
    expect((await at.bring(withTags(16))).status).toBe(201)
  })

  test.each([{ tags: { ['n'.repeat(100_000)]: 'x' } }, { ['n'.repeat(100_000)]: 'x' }])(
    'is refused with a short message, however long a name in it is',
    async (more) => {
      const [start, ...rest] = toHandmade('r')
      if (start?.type !== 'race-start') throw new Error('a tape begins with its start')
      const long = { ...start, request: { ...start.request, ...more } }
      const { code, message } = await refusal(await at.bring(toFile('r', [long, ...rest])))
      expect(code).toBe('wrong_event')
      expect(message.length).toBeLessThan(500)
    },
  )
})
