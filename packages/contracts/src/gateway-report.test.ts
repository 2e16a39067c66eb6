import { expect, test } from 'vitest'
import { GatewayReport } from './gateway-report.ts'

const attempt = { provider: 'p', model: 'm', outcome: 'ok', status: 200, waitMs: 0, durationMs: 9 }
const report = {
  requestId: 'r',
  provider: 'p',
  model: 'm',
  ttftMs: 5,
  durationMs: 9,
  overheadMs: 0.1,
  costUsd: null,
}

test('an attempt of an older tape or another gateway, without the newer fields, can still be read', () => {
  const old = { ...report, attempts: [attempt] }
  expect(GatewayReport.parse(old)).toEqual(old)
})

test('an attempt has its target, its tokens and its cost, or null where they are unknown', () => {
  const usage = {
    inputTokens: 7,
    outputTokens: 3,
    reasoningTokens: null,
    cachedTokens: null,
    source: 'usage',
  }
  const attempts = [
    { ...attempt, target: 'fast', usage, costUsd: 0.1 },
    { ...attempt, target: null, usage: null, costUsd: null },
  ]
  expect(GatewayReport.parse({ ...report, attempts })).toEqual({ ...report, attempts })
  expect(
    GatewayReport.safeParse({ ...report, attempts: [{ ...attempt, usage: { inputTokens: -1 } }] }).success,
  ).toBe(false)
})
