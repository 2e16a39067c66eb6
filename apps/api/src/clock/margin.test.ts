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

test('without a token there is no margin', () => {
  expect(toMargin([])).toBeNull()
  expect(toMargin([[], [lane(1, [])]])).toBeNull()
})

test('in a single heat no figure but one in a hundred is further off, and no two lanes further apart', () => {
  const ms = fc.nat(5_000).map((hundredths) => hundredths / 100)
  const heat = fc.array(fc.tuple(ms, fc.array(ms, { minLength: 1, maxLength: 30 }), ms), {
    minLength: 1,
    maxLength: 8,
  })
  fc.assert(
    fc.property(heat, (lanes) => {
      const errors = lanes.map(([request, tokens, total]) => lane(request, tokens, total))
      // Sums of figures with two decimals carry binary dust.
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
