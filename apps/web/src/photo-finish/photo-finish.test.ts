import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fold, type LaneScript, makeTape } from '../testing/tape.ts'
import { toCurves, tokensAt } from './curves.ts'
import { pointsMax, sample } from './sample.ts'
import {
  between,
  finishSpan,
  isBandSeen,
  isWhole,
  move,
  ticksBetween,
  toTickText,
  wholeSpan,
  zoom,
} from './span.ts'

const curvesOf = (...lanes: LaneScript[]) => toCurves(fold(makeTape({ lanes })))
const steady = (count: number, gapMs: number): LaneScript => ({
  model: 'a',
  tokensAt: Array.from({ length: count }, (_, index) => (index + 1) * gapMs),
  end: 'done',
})

describe('a curve', () => {
  test('counts the tokens that had come by a moment, from the lane’s own start', () => {
    const [curve] = curvesOf({ model: 'a', tokensAt: [10, 20, 20, 40], tokensEach: 3, end: 'done' })
    expect([0, 9.99, 10, 19, 20, 39, 40, 99].map((ms) => tokensAt(curve!, ms))).toEqual([
      0, 0, 3, 3, 9, 9, 12, 12,
    ])
    expect(curve).toMatchObject({ endMs: 40, crossedMs: 40, isDone: true })
  })

  test('counts from the lane’s own start, however late it left; a sentinel crosses no line', () => {
    const tape = makeTape({
      lanes: [
        { model: 'a', tokensAt: [10, 20], end: 'done', endAt: 25 },
        { model: 's', tokensAt: [10], end: 'done', sentinel: true },
      ],
    })
    const isLate = (event: (typeof tape)[number]) => 'lane' in event && event.lane === 0
    const late = tape.map((event) => (isLate(event) ? { ...event, at: event.at + 5 } : event))
    const [curve, sentinel] = toCurves(fold(late))
    expect([...curve!.times]).toEqual([10, 20])
    expect(curve).toMatchObject({ endMs: 25, crossedMs: 25, isSentinel: false })
    expect(sentinel).toMatchObject({ crossedMs: null, isSentinel: true })
  })

  test('names the splits that there were, in order', () => {
    const [curve, failed] = curvesOf(
      { model: 'a', tokensAt: [10, 20, 30, 40], end: 'done', endAt: 45 },
      { model: 'b', tokensAt: [], end: 'failed', endAt: 7 },
    )
    expect(curve!.splits).toEqual([
      { name: 'first token', ms: 10 },
      { name: 'first answer', ms: 10 },
      { name: 'half way', ms: 20 },
      { name: 'last token', ms: 40 },
      { name: 'end', ms: 45 },
    ])
    expect(failed).toMatchObject({ splits: [], crossedMs: null, endMs: 7 })
  })

  test('of a lane that did not stream has no first token: its answer came at once', () => {
    const [curve] = curvesOf({ model: 'a', stream: false, tokensAt: [256.64], tokensEach: 9, end: 'done' })
    expect(curve!.splits.map(({ name }) => name)).toEqual(['first answer', 'last token', 'end'])
  })

  test('is drawn with few points, each of them true, however long it is and whatever part is shown', () => {
    const [curve] = curvesOf(steady(5_000, 2))
    const place = fc.nat(12_000)
    fc.assert(
      fc.property(place, place, (a, b) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)]
        const points = sample(curve!, from, to)
        expect(points.length).toBeLessThanOrEqual(pointsMax)
        for (const [index, { ms, tokens }] of points.entries()) {
          expect(tokens).toBe(tokensAt(curve!, ms))
          if (index > 0) expect(ms).toBeGreaterThanOrEqual(points[index - 1]!.ms)
        }
        const ends = [points[0], points.at(-1)].map((point) => point?.ms)
        const expected = [from, Math.min(to, curve!.endMs)].map((ms) => expect.closeTo(ms, 6))
        expect(ends).toEqual(from < Math.min(to, curve!.endMs) ? expected : [undefined, undefined])
      }),
    )
  })

  test('shows every arrival once it is zoomed far enough', () => {
    const [curve] = curvesOf(steady(5_000, 2))
    expect(sample(curve!, 101, 109).map(({ ms, tokens }) => [ms, tokens])).toEqual([
      [101, 50],
      [102, 51],
      [104, 52],
      [106, 53],
      [108, 54],
      [109, 54],
    ])
  })
})

describe('what is shown of the race', () => {
  const curves = curvesOf(steady(10, 10), steady(10, 10.4), steady(10, 60))
  const whole = wholeSpan(curves)

  test('is all of it first, and the decision at the press of a button', () => {
    expect(whole).toMatchObject({ fromMs: 0, toMs: expect.closeTo(624) })
    expect(finishSpan(curves, 1, whole)).toEqual({ fromMs: 97, toMs: 107 })
    expect(finishSpan(curves, 20, whole)).toEqual({ fromMs: 85, toMs: 135 })
    expect(finishSpan(curves.toReversed(), 1, whole)).toEqual({ fromMs: 97, toMs: 107 })
    expect(finishSpan([], 1, whole)).toBe(whole)
  })

  test('is zoomed about its middle, moved by a share of its width, and drawn between two moments', () => {
    const all = { fromMs: 0, toMs: 1_000 }
    const shown = { fromMs: 100, toMs: 300 }
    expect(zoom(shown, 0.5, all)).toEqual({ fromMs: 150, toMs: 250 })
    expect(move(shown, 0.25, all)).toEqual({ fromMs: 150, toMs: 350 })
    expect(between(300, 100, all)).toEqual(shown)
    expect(between(200, 200, all)).toEqual({ fromMs: 199.75, toMs: 200.25 })
    expect(
      [
        { ...all, fromMs: 1 },
        { ...all, toMs: 999 },
      ].map((span) => isWhole(span, all)),
    ).toEqual([false, false])
  })

  test('comes so near to a clear win that the margin is seen, and says where it is not', () => {
    const clear = curvesOf(steady(10, 10), steady(10, 300))
    const all = wholeSpan(clear)
    const line = finishSpan(clear, 1, all)
    expect(line).toEqual({ fromMs: 85, toMs: 135 })
    expect([line, all].map((span) => isBandSeen(span, 1))).toEqual([true, false])
    // Without a margin there is no band to zoom in on.
    expect(isWhole(finishSpan(clear, null, all), all)).toBe(true)
  })

  test('never leaves the race, whatever is pressed', () => {
    const step = fc.oneof(
      fc.constantFrom(0.5, 2).map((factor) => ({ factor })),
      fc.integer({ min: -100, max: 100 }).map((percent) => ({ share: percent / 100 })),
      fc
        .tuple(fc.integer({ min: -50, max: 700 }), fc.integer({ min: -50, max: 700 }))
        .map(([a, b]) => ({ a, b })),
    )
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        let span = whole
        for (const pressed of steps) {
          if ('factor' in pressed) span = zoom(span, pressed.factor, whole)
          else if ('share' in pressed) span = move(span, pressed.share, whole)
          else span = between(pressed.a, pressed.b, whole)
          expect(span.fromMs).toBeGreaterThanOrEqual(0)
          expect(span.toMs).toBeLessThanOrEqual(whole.toMs + 1e-9)
          expect(span.toMs - span.fromMs).toBeGreaterThan(0.49)
        }
      }),
    )
    expect(isWhole(zoom(whole, 2, whole), whole)).toBe(true)
    expect(isWhole(zoom(whole, 0.5, whole), whole)).toBe(false)
  })

  test('has round ticks without binary dust', () => {
    expect(ticksBetween(0, 1, 5)).toEqual({ ticks: [0, 0.2, 0.4, 0.6, 0.8, 1], step: 0.2 })
    expect(ticksBetween(97, 107, 6).ticks).toEqual([98, 100, 102, 104, 106])
    expect([0, 2_000, 812.4].map((ms) => toTickText(ms, 1_000))).toEqual(['0', '2 s', '1 s'])
    expect([1_050, 1_812.4].map((ms) => toTickText(ms, 50))).toEqual(['1,050 ms', '1,812 ms'])
    expect([812.4, 812.45].map((ms) => toTickText(ms, 0.05))).toEqual(['812.40 ms', '812.45 ms'])
    expect([toTickText(2_500, 500), toTickText(98, 2), toTickText(98.5, 0.5)]).toEqual([
      '2.5 s',
      '98 ms',
      '98.5 ms',
    ])
  })
})
