import type { RaceDetail } from '@drag-race/contracts'
import { emptyRace, type RaceEvent, reduceRace, toTimeSlip } from '@drag-race/contracts'
import { expect, test } from 'vitest'
import { toCell, toFiguresCsv } from './figures-csv.ts'

test.each([
  ['=HYPERLINK("http://evil")', `"'=HYPERLINK(""http://evil"")"`],
  ['+1', "'+1"],
  ['-1', "'-1"],
  ['@sum', "'@sum"],
  ['\tx', "'\tx"],
  ['a,b', '"a,b"'],
  ['a\r\nb', '"a\r\nb"'],
  ['plain', 'plain'],
  [-1.5, '-1.5'],
  [null, ''],
  [true, 'true'],
])('a cell of %j is written %s', (value, text) => {
  expect(toCell(value)).toBe(text)
})

test('a race is one row for each lane, by number, with every figure of the slip, the margin and the lag', () => {
  const lane = {
    lane: 0,
    model: '=m',
    stream: true,
    provider: null,
    simulated: true,
    place: 1,
    deadHeat: false,
    outcome: 'done' as const,
    errorCode: null,
  }
  const start: RaceEvent = {
    type: 'race-start',
    seq: 0,
    at: 0,
    raceId: 'r',
    startedAt: '2026-01-01T00:00:00.000Z',
    request: { prompt: 'p', lanes: [{ model: 'm', stream: true }], finish: { tokens: 5 } },
    lanes: [lane],
  }
  const slip = toTimeSlip(reduceRace(emptyRace, start).lanes[0]!)
  const splits = { ...slip.splits, headersMs: 3.5 }
  const other = { ...slip, ttftMs: 12.5, finishReason: 'length', splits }
  const race: RaceDetail = {
    id: 'r',
    startedAt: '2026-01-01T00:00:00.000Z',
    status: 'finished',
    prompt: 'p',
    category: 'maths, mental',
    finish: { tokens: 5 },
    origin: 'here',
    marginMs: 1.25,
    clock: { calibratedAt: '2026-01-01T00:00:00.000Z', lagMs: 7.5, disturbed: true, sentinel: null },
    coldStart: false,
    tags: {},
    verdict: null,
    lanes: [
      { ...lane, sentinel: false, lane: 1, slip: other },
      { ...lane, sentinel: false, slip },
    ],
    request: {
      prompt: 'p',
      system: 'Be long.',
      lanes: [
        {
          model: 'm',
          stream: true,
          params: { maxTokens: 3, temperature: 0.2, topP: 0.9, seed: 7, metadata: { task: 'summary' } },
          system: 'Be brief.',
        },
        { model: 'm', stream: true },
      ],
      finish: { tokens: 5 },
    },
    gatewayAdded: null,
    imported: null,
  }
  const csv = toFiguresCsv(race)
  expect(csv).toContain(',"maths, mental",')
  const [names, first, second, end] = toFiguresCsv({ ...race, category: null })
    .split('\r\n')
    .map((line) => line.split(','))
  expect(end).toEqual([''])
  expect(names!.slice(0, 9)).toEqual([
    'race_id',
    'started_at',
    'status',
    'origin',
    'finish_line',
    'category',
    'tags',
    'lane',
    'model',
  ])
  expect(first!.slice(0, 5)).toEqual(['r', '2026-01-01T00:00:00.000Z', 'finished', 'here', '5 tokens'])
  const column = (row: string[], name: string) => row[names!.indexOf(name)]
  for (const key of Object.keys(slip)) {
    const name = key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
    expect(names!.filter((one) => one.startsWith(name)).length).toBeGreaterThan(0)
  }
  expect([column(first!, 'lane'), column(second!, 'lane')]).toEqual(['1', '2'])
  expect(column(second!, 'ttft_ms')).toBe('12.5')
  expect(column(first!, 'ttft_ms')).toBe('')
  expect(column(second!, 'splits_headers_ms')).toBe('3.5')
  expect([column(first!, 'stream'), column(first!, 'dead_heat')]).toEqual(['true', 'false'])
  expect([column(first!, 'finish_reason'), column(second!, 'finish_reason')]).toEqual(['', 'length'])
  const asked = ['max_tokens', 'temperature', 'top_p', 'seed', 'metadata', 'system_prompt']
  const metadata = '"{""task"":""summary""}"'
  expect(asked.map((name) => column(first!, name))).toEqual(['3', '0.2', '0.9', '7', metadata, 'Be brief.'])
  expect(asked.map((name) => column(second!, name))).toEqual(['', '', '', '', '', 'Be long.'])
  const limits = ['margin_ms', 'lag_ms', 'disturbed']
  expect(limits.map((name) => column(first!, name))).toEqual(['1.25', '7.5', 'true'])
  expect(column(first!, 'model')).toBe("'=m")

  // A slip of an older version lacks figures: those of the others stay in their columns, and 0 is not empty.
  const { halfMs: _half, ...lacking } = slip
  const lanes = [
    { ...race.lanes[0]!, lane: 0, slip: lacking as typeof slip },
    { ...race.lanes[1]!, lane: 1, slip: { ...slip, halfMs: 7, chunks: 0 } },
  ]
  const mixed = toFiguresCsv({ ...race, category: null, lanes }).split('\r\n')
  const [header, , newer] = mixed.map((line) => line.split(','))
  expect(['lane', 'chunks', 'half_ms'].map((name) => newer![header!.indexOf(name)])).toEqual(['2', '0', '7'])
  expect(column(first!, 'tags')).toBe('')
  expect(toFiguresCsv({ ...race, tags: { build: '1.4', who: 'a, b' } })).toContain(
    `,5 tokens,"maths, mental","{""build"":""1.4"",""who"":""a, b""}",1,`,
  )
  expect(toFiguresCsv({ ...race, finish: 'first-token' })).toContain(',first-token,"maths, mental",')
  // A slip that was kept before slips had a finish reason.
  const { finishReason: _, ...before } = slip
  const kept = race.lanes.map((lane) => ({ ...lane, slip: before }))
  expect(toFiguresCsv({ ...race, category: null, lanes: kept }).split('\r\n')[0]).toBe(names!.join(','))
  // A race older than the clock's report: whether it was disturbed is not known, so the cell is not `false`.
  const older = toFiguresCsv({ ...race, category: null, clock: null })
    .split('\r\n')[1]!
    .split(',')
  expect(limits.map((name) => column(older, name))).toEqual(['1.25', '', ''])
})
