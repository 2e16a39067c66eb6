import type { LaneSummary, RaceSummary } from '@drag-race/contracts'
import { expect, test } from 'vitest'
import { raceOf } from '../testing/race-summary.ts'
import { toArrivals, toField, toSummaryWords } from './summary-words.ts'

test('names the winner, by how much, and the rule with its margin', () => {
  const race = raceOf({ lanes: lanesOf('slow', 'fast'), verdict: { kind: 'win', lane: 1, by: 310 } })
  expect(toSummaryWords(race)).toEqual({
    word: 'WIN',
    by: 'by 0.31 s',
    who: 'fast',
    rule: 'whole answer, ±\u00a01.9\u00a0ms',
  })
})

test('says that the winner’s answer was cut where that of another was not', () => {
  const who = (reasons: (string | undefined)[], part: Partial<RaceSummary> = {}) => {
    const lanes = lanesOf('a', 'b').map((lane, index) => ({
      ...lane,
      slip: { finishReason: reasons[index] } as LaneSummary['slip'],
    }))
    return toSummaryWords(raceOf({ lanes, verdict: { kind: 'win', lane: 0, by: 310 }, ...part })).who
  }
  expect(who(['length', 'stop'])).toBe('a, answer cut')
  expect(who(['content_filter', 'stop'])).toBe('a, answer cut')
  expect(who(['length', 'length'])).toBe('a')
  expect(who(['stop', 'length'])).toBe('a')
  expect(who([undefined, undefined])).toBe('a')
  expect(who(['length', 'stop'], { finish: 'first-token' })).toBe('a')
  const verdict = { kind: 'dead-heat' as const, lanes: [0, 1] }
  expect(who(['length', 'stop'], { verdict })).toBe('a and b, answer cut')
})

test('a sentinel is no lane of the race: it is neither counted nor compared', () => {
  const [first, second, third] = lanesOf('a', 'b', 'a')
  const cut = { finishReason: 'length' } as LaneSummary['slip']
  const lanes = [
    { ...first!, slip: cut },
    { ...second!, slip: cut },
    { ...third!, sentinel: true },
  ]
  const race = raceOf({ lanes, verdict: { kind: 'win', lane: 0, by: 310 } })
  expect(toSummaryWords(race).who).toBe('a')
  expect(toSummaryWords({ ...race, status: 'running' }).who).toBe('2 lanes')
})

test('nobody else at the line: a win without a distance', () => {
  const race = raceOf({ lanes: lanesOf('a', 'b'), verdict: { kind: 'win', lane: 0, by: null } })
  expect(toSummaryWords(race)).toMatchObject({ word: 'WIN', by: '', who: 'a' })
})

test('tells lanes of one model apart by their plates', () => {
  const race = raceOf({ lanes: lanesOf('same', 'same'), verdict: { kind: 'dead-heat', lanes: [0, 1] } })
  expect(toSummaryWords(race)).toMatchObject({
    word: 'DEAD HEAT',
    who: 'same (lane 1) and same (lane 2)',
    rule: 'whole answer, ±\u00a01.9\u00a0ms',
  })
})

test('a dead heat of many is a number', () => {
  const verdict = { kind: 'dead-heat', lanes: [0, 1, 2, 3] } as const
  expect(toSummaryWords(raceOf({ verdict: { ...verdict, lanes: [...verdict.lanes] } })).who).toBe('4 lanes')
})

test('no contest says why, and carries no margin', () => {
  const verdict = { kind: 'no-contest', why: 'one lane' } as const
  expect(toSummaryWords(raceOf({ verdict }))).toEqual({
    word: 'NO CONTEST',
    by: '',
    who: 'one lane',
    rule: 'whole answer',
  })
})

test('an interrupted race is no result, a stopped one may be', () => {
  const verdict = { kind: 'win', lane: 0, by: null } as const
  const interrupted = raceOf({ status: 'interrupted', marginMs: null, finish: { tokens: 200 }, verdict })
  expect(toSummaryWords(interrupted)).toMatchObject({
    word: 'INTERRUPTED',
    rule: '≈ 200 tokens (counted by our tokenizer)',
  })
  const stopped = raceOf({ status: 'stopped', lanes: lanesOf('a', 'b'), verdict })
  expect(toSummaryWords(stopped)).toMatchObject({ word: 'WIN', who: 'a, stopped by hand' })
})

test('a margin that nobody measured is said to be so', () => {
  const race = raceOf({ lanes: lanesOf('a', 'b'), marginMs: null, verdict: { kind: 'win', lane: 0, by: 5 } })
  expect(toSummaryWords(race).rule).toBe('whole answer, margin not measured')
})

test('a running race has no margin yet', () => {
  const race = raceOf({ status: 'running', lanes: lanesOf('a', 'b'), marginMs: null })
  expect(toSummaryWords(race)).toEqual({ word: 'RUNNING', by: '', who: '2 lanes', rule: 'whole answer' })
  expect(toSummaryWords({ ...race, lanes: lanesOf('a') }).who).toBe('1 lane')
})

test('a disturbed clock is marked with its lag, a cold start by its name', () => {
  const clock = { calibratedAt: null, lagMs: 12.3, disturbed: true, sentinel: null }
  expect(toSummaryWords(raceOf({ coldStart: true, clock })).rule).toBe(
    'whole answer, cold start, disturbed, 12.3 ms late',
  )
})

test('the order of arrival can be heard', () => {
  const [first, second, third] = lanesOf('a', 'b', 'c')
  const lanes = [
    { ...second!, place: 1 },
    { ...third!, place: 2 },
    { ...first!, place: null },
  ]
  expect(toArrivals(lanes)).toBe('1. b, 2. c, not finished: a')
})

test('each model of the field once, with its lanes', () => {
  expect(toField(lanesOf('a', 'b', 'a')).map(({ model, lanes }) => [model, lanes])).toEqual([
    ['a', 2],
    ['b', 1],
  ])
})

function lanesOf(...models: string[]): LaneSummary[] {
  return models.map((model, lane) => ({
    lane,
    model,
    provider: null,
    simulated: false,
    sentinel: false,
    stream: true,
    place: lane + 1,
    deadHeat: false,
    outcome: 'done',
    errorCode: null,
    slip: {} as LaneSummary['slip'],
  }))
}
