import type { LaneErrors } from '@drag-race/contracts'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { toMargin } from './margin.ts'

const lane = (requestMs: number, tokensMs: number[], totalMs: number | null = null): LaneErrors => ({
  requestMs,
  tokensMs,
  ttftMs: tokensMs[0] === undefined ? null : requestMs + tokensMs[0],
  totalMs,
})

test('the margin is the largest p99: here that of the total', () => {
  const margin = toMargin([[lane(0.5, [0.25, 0.5], 3), lane(0.5, [0.25, 0.25], 2)]])
  expect(margin).toMatchObject({
    marginMs: 3,
    lanes: 2,
    ttft: { count: 2, max: 0.75 },
    token: { count: 4, max: 1 },
    total: { count: 2, max: 3 },
    difference: { count: 3, max: 1 },
  })
})

test('a hiccup in one heat of three does not make the margin, one in every heat does', () => {
  const calm = [lane(0.5, [0.25])]
  const hiccup = [lane(0.5, [80])]
  expect(toMargin([calm, hiccup, calm])?.marginMs).toBe(0.75)
  expect(toMargin([calm, hiccup, calm])?.token.max).toBe(80.5)
  expect(toMargin([hiccup, hiccup, hiccup])?.marginMs).toBe(80.5)
})

test('a first token that comes late makes the margin, however many came in time after it', () => {
  expect(toMargin([[lane(0, [5, ...Array<number>(199).fill(0)])]])?.marginMs).toBe(5)
})

test('two lanes that are off in opposite directions differ by the sum of both errors, whichever is first', () => {
  const byToken = [lane(-2, [0]), lane(2, [0])]
  const byTotal = [lane(0, [0], -2), lane(0, [0], 3)]
  for (const turned of [(heat: LaneErrors[]) => heat, (heat: LaneErrors[]) => heat.toReversed()]) {
    expect(toMargin([turned(byToken)])?.marginMs).toBe(4)
    expect(toMargin([turned(byTotal)])?.marginMs).toBe(5)
  }
})

test('what was not measured is in no figure', () => {
  const broken = lane(0.5, [])
  const whole = lane(0.5, [0.25], 0.5)
  for (const heat of [
    [broken, whole],
    [whole, broken],
  ]) {
    expect(toMargin([heat])).toMatchObject({
      marginMs: 0.75,
      ttft: { count: 1 },
      total: { count: 1 },
      difference: { count: 0 },
    })
  }
  expect(toMargin([[{ ...lane(0.5, [0.25]), ttftMs: null }]])?.marginMs).toBe(0.75)
})

test('no margin is below the grain of the tape', () => {
  expect(toMargin([[lane(0, [0])]])?.marginMs).toBe(0.01)
})

test('without a token there is no margin', () => {
  expect(toMargin([])).toBeNull()
  expect(toMargin([[], [lane(1, [])]])).toBeNull()
})

test('in a single heat at most one token in a hundred is further off than the margin, and no TTFT or total', () => {
  const ms = fc.nat(5_000).map((hundredths) => hundredths / 100)
  const heat = fc.array(fc.tuple(ms, fc.array(ms, { minLength: 1, maxLength: 30 }), ms), {
    minLength: 1,
    maxLength: 8,
  })
  fc.assert(
    fc.property(heat, (lanes) => {
      const errors = lanes.map(([request, tokens, total]) => lane(request, tokens, total))
      // Sums of figures with two decimals have binary rounding errors.
      const limitMs = toMargin([errors])!.marginMs + 1e-9
      const crossings = errors.flatMap(({ requestMs, tokensMs }) => tokensMs.map((one) => requestMs + one))
      const beyond = crossings.filter((one) => one > limitMs).length
      expect(beyond).toBeLessThanOrEqual(crossings.length / 100)
      for (const { ttftMs, totalMs } of errors) {
        expect(ttftMs!).toBeLessThanOrEqual(limitMs)
        expect(totalMs!).toBeLessThanOrEqual(limitMs)
      }
    }),
  )
})
