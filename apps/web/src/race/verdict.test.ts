import { describe, expect, test } from 'vitest'
import { fold, type LaneScript, makeTape, type TapeScript } from '../testing/tape.ts'
import { laneResult, toFinishText, toResultText, toRunningText, toVerdictText } from './verdict.ts'

const lane = (model: string, endAt: number, end: LaneScript['end'] = 'done'): LaneScript => ({
  model,
  tokensAt: [10, 20],
  end,
  endAt,
})
const race = (script: TapeScript) => fold(makeTape(script))
const results = (script: TapeScript) => {
  const state = race(script)
  return state.lanes.map((entry) => toResultText(laneResult(state, entry)))
}

test('names the winner and by how much', () => {
  const lanes = [lane('slow', 2720), lane('fast', 2410)]
  expect(toVerdictText(race({ lanes }))).toEqual({
    headline: 'fast wins by 0.31 s',
    detail: 'Finish line: whole answer. Clock ±\u00a01.0\u00a0ms.',
  })
  expect(results({ lanes })).toEqual(['2nd, +0.31 s', 'WIN by 0.31 s'])
})

test('counts the places of many lanes', () => {
  const lanes = Array.from({ length: 13 }, (_, index) => lane(`m${index}`, 100 * (index + 1)))
  const places = results({ lanes }).map((result) => result.split(',')[0])
  expect(places.slice(1, 4)).toEqual(['2nd', '3rd', '4th'])
  expect(places.slice(9)).toEqual(['10th', '11th', '12th', '13th'])
})

test('a sentinel is not ranked, but its failure is said', () => {
  const sentinel = { ...lane('s', 100), sentinel: true as const }
  const ready = { ...lane('a', 500), prepared: true as const }
  expect(results({ lanes: [ready, sentinel] })).toEqual(['finished', 'not ranked'])
  expect(results({ lanes: [ready, { ...sentinel, end: 'failed' }] })).toEqual(['finished', 'DNF'])
  expect(toVerdictText(race({ lanes: [ready, ready, sentinel] }))?.detail).not.toContain('Unequal')
})

test('counts the lanes that have ended while the race runs, without the sentinel', () => {
  const [ended, open] = [lane('a', 500), lane('b', 0, 'running')]
  const text = (...lanes: LaneScript[]) => toRunningText(race({ lanes, reason: null }), false)
  const headline = 'The race is on'
  expect(text(ended, open, { ...ended, sentinel: true })).toEqual({
    headline,
    detail: '1 of 2 lanes have ended',
  })
  expect(text(open, open)).toEqual({ headline, detail: '' })
  expect(toRunningText(race({ lanes: [open], reason: null }), true).headline).toBe(
    'The race was lost from view',
  )
})

test('calls a dead heat inside the margin', () => {
  const lanes = [lane('a', 1000), lane('b', 1000.6), lane('c', 1400)]
  expect(toVerdictText(race({ lanes }))?.headline).toBe('Dead heat: a and b')
  expect(results({ lanes })).toEqual(['DEAD HEAT', 'DEAD HEAT', '3rd, +0.40 s'])
})

test('of a disturbed race it says how late the sockets were read, and how far a time may be off', () => {
  const clock = { calibratedAt: null, lagMs: 84.36, disturbed: true, sentinel: null }
  const tape = makeTape({ lanes: [lane('fast', 500), lane('slow', 600)] })
  const late = tape.map((event) => (event.type === 'race-end' ? { ...event, clock } : event))
  // 84.36 late, and one more by the margin.
  expect(toVerdictText(fold(late))?.detail).toContain(
    'Disturbed: sockets were read up to 84.4 ms late, so a time may be off by 85.4 ms.',
  )
})

test('says for which lanes the gateway was not ready, if it was ready for others', () => {
  const [a, b, c] = [lane('a', 500), { ...lane('b', 900), prepared: true as const }, lane('c', 990)]
  const detail = (lanes: LaneScript[]) => toVerdictText(race({ lanes }))?.detail
  expect(detail([a, b, c])).toContain('Unequal start: the gateway was not ready for a and c, so')
  expect(detail([a, b])).toContain('the gateway was not ready for a, so')
  expect(detail([a, b, lane('b', 950)])).toContain('the gateway was not ready for a and b (lane 3), so')
  expect(detail([b, lane('b', 950)])).toContain('the gateway was not ready for b (lane 2), so')
  expect(detail([b, b])).not.toContain('Unequal')
  expect(detail([a, c])).not.toContain('Unequal')
})

describe('an answer that was cut', () => {
  const [a, b, c] = [lane('a', 500), lane('b', 900), lane('c', 990)]
  const at = (maxTokens: number, script: LaneScript, outputTokens = maxTokens) => ({
    ...script,
    finishReason: 'length',
    params: { maxTokens },
    tokensEach: outputTokens / 2,
  })
  const detail = (lanes: LaneScript[], finish?: TapeScript['finish']) =>
    toVerdictText(race({ lanes, ...(finish && { finish }) }))?.detail

  test('is named, with the limit that its lane had', () => {
    expect(detail([at(10, a), b])).toBe(
      'Finish line: whole answer. a’s answer was cut at its limit of 10 tokens. Clock ±\u00a01.0\u00a0ms.',
    )
    expect(detail([at(1, a), b])).toContain('a’s answer was cut at its limit of 1 token.')
    expect(detail([{ ...a, finishReason: 'model_length' }, b])).toContain(
      'a’s answer was cut at a length limit.',
    )
    expect(detail([a, { ...b, finishReason: 'content_filter' }])).toContain(
      'b’s answer was cut by a content filter.',
    )
    expect(detail([a, b])).not.toContain('cut')
  })

  test('is named with others that were cut alike, and all at once where all were', () => {
    expect(detail([at(10, a), at(10, b), c])).toContain(
      'The answers of a and b were cut at their limit of 10 tokens.',
    )
    expect(detail([at(10, a), at(10, b)])).toContain('All answers were cut at their limit of 10 tokens.')
    expect(detail([at(10, a), at(1_000, b)])).toContain(
      'a’s answer was cut at its limit of 10 tokens. b’s answer was cut at its limit of 1,000 tokens.',
    )
  })

  test('well below the limit of its lane was cut at another limit', () => {
    const ofModel = 'a’s answer was cut at the model’s own limit.'
    expect(detail([at(8_192, a, 4_096), b])).toContain(ofModel)
    expect(detail([at(10, a, 8), b])).toContain(ofModel)
    // Some providers do not count the token that ends the answer, and Gemini's count can be a few percent short.
    for (const counted of [1_000, 999, 960]) {
      expect(detail([at(1_000, a, counted), b])).toContain('a’s answer was cut at its limit of 1,000 tokens.')
    }
    expect(detail([at(2, a, 1), b])).toContain('a’s answer was cut at its limit of 2 tokens.')
    expect(detail([at(8_192, a, 4_096), at(10, b)])).toContain(
      `${ofModel} b’s answer was cut at its limit of 10 tokens.`,
    )
  })

  test('whose tokens its provider did not count was cut at a limit that is not known', () => {
    const uncounted = { ...at(10, a), usageSource: 'tokenizer' } as const
    expect(detail([uncounted, b])).toContain('a’s answer was cut at a length limit.')
  })

  test('is not named in a race to the first token', () => {
    expect(detail([at(10, a), b], 'first-token')).not.toContain('cut')
  })
})

test('says who counts the tokens of its finish line, and keeps the place of a lane that fails after it', () => {
  const crossed: LaneScript = { model: 'b', tokensAt: [10, 20], end: 'failed', endAt: 30 }
  const script: TapeScript = { lanes: [lane('a', 40), crossed], finish: { tokens: 2 } }
  expect(toVerdictText(race(script))?.detail).toContain('Finish line: ≈ 2 tokens (counted by our tokenizer).')
  expect(results(script)).toEqual(['DEAD HEAT', 'DEAD HEAT'])
  expect(toFinishText('first-token')).toBe('first token')
  expect([1, 2000].map((tokens) => toFinishText({ tokens }))).toEqual([
    '≈ 1 token (counted by our tokenizer)',
    '≈ 2,000 tokens (counted by our tokenizer)',
  ])
})

test('names a model once when its lanes tie with each other', () => {
  const lanes = [lane('same', 1000.5), lane('same', 1000), lane('same', 1400)]
  expect(toVerdictText(race({ lanes }))?.headline).toBe('Dead heat: same, lanes 1 and 2')
})

test('tells lanes of one model apart by their plates', () => {
  const lanes = [lane('same', 2410), lane('same', 2500)]
  expect(toVerdictText(race({ lanes }))?.headline).toBe('same (lane 1) wins by 90.0 ms')
})

test('a lane that failed is DNF, and one that was stopped says so', () => {
  const lanes = [lane('a', 500), lane('b', 100, 'failed'), lane('c', 900, 'stopped')]
  expect(results({ lanes })).toEqual(['WIN', 'DNF', 'STOPPED'])
  expect(toVerdictText(race({ lanes }))).toEqual({
    headline: 'a wins',
    detail: 'Nobody else crossed the line. Finish line: whole answer. Clock ±\u00a01.0\u00a0ms.',
  })
})

test('a lane cut off by the end of the app is neither finished nor failed', () => {
  const lanes = [lane('a', 0, 'running'), lane('b', 0, 'running')]
  expect(results({ lanes, reason: 'interrupted' })).toEqual(['CUT SHORT', 'CUT SHORT'])
})

test('nobody wins a race that the end of the app interrupted, even if lanes had finished', () => {
  const lanes = [lane('a', 500), lane('b', 504.1), lane('slow', 600, 'cut')]
  expect(results({ lanes, reason: 'interrupted' })).toEqual(['finished', 'finished', 'CUT SHORT'])
  expect(toVerdictText(race({ lanes, reason: 'interrupted' }))).toEqual({
    headline: 'No contest: the race was interrupted',
    detail:
      'Finish line: whole answer. Clock ±\u00a01.0\u00a0ms. Its tape ends in the middle. What had arrived is kept.',
  })
})

test.each([
  ['One lane alone wins nothing', [lane('a', 500)]],
  ['No lane crossed the line', [lane('a', 500, 'failed'), lane('b', 500, 'failed')]],
  ['No contest: the others were stopped early', [lane('a', 500), lane('b', 100, 'stopped')]],
])('no contest: %s', (headline, lanes) => {
  expect(toVerdictText(race({ lanes }))?.headline).toBe(headline)
})

test('says so when the clock was not measured', () => {
  const detail = toVerdictText(race({ lanes: [lane('a', 1), lane('b', 9)], marginMs: null }))?.detail
  expect(detail).toBe('Finish line: whole answer. Clock not measured.')
  const cut = toVerdictText(race({ lanes: [lane('a', 1)], marginMs: null, reason: 'interrupted' }))?.detail
  expect(cut).toContain('Clock not known.')
})

test('there is no verdict while the race runs', () => {
  const lanes = [lane('a', 500), lane('b', 0, 'running')]
  expect(toVerdictText(race({ lanes, reason: null }))).toBeNull()
  expect(results({ lanes, reason: null })).toEqual(['finished', ''])
})
