import { describe, expect, test } from 'vitest'
import { SimulatorError } from './errors.ts'
import { parseModelId } from './model-id.ts'
import { profiles } from './profiles.ts'

function refusalOf(id: string) {
  try {
    parseModelId(id)
  } catch (error) {
    if (error instanceof SimulatorError) return error
    throw error
  }
  throw new Error(`${id} was accepted`)
}

test('every profile is a model id', () => {
  for (const [name, profile] of profiles) expect(parseModelId(name)).toMatchObject({ id: name, profile })
})

test('overrides change what they name and nothing else', () => {
  const id = 'steady?ttft=50&tps=250&jitter=0.2&coalesce=3&rpm=9'
  expect(parseModelId(id)).toEqual({
    id,
    profile: {
      ...profiles.get('steady'),
      ttftMs: 50,
      ttftJitter: 0.2,
      tokensPerSecond: 250,
      jitter: 0.2,
      tokensPerChunk: { min: 3, max: 3 },
      requestsPerMinute: 9,
    },
    seed: null,
    answerTokens: null,
    reasoningTokens: null,
  })
})

test('seed and lengths are carried beside the profile', () => {
  expect(parseModelId('steady?seed=7&tokens=400&reasoning=30')).toMatchObject({
    seed: 7,
    answerTokens: 400,
    reasoningTokens: 30,
    profile: { reasoning: { tokensPerSecond: 100 } },
  })
  expect(parseModelId('reasoning?reasoning=0').profile.reasoning).toBeNull()
})

describe('a fate by override', () => {
  test.each([
    ['steady?cutAfter=20', { kind: 'cut', afterTokens: 20 }],
    ['steady?stallAfter=5', { kind: 'stall', afterTokens: 5, forMs: null }],
    ['steady?stallAfter=5&stallMs=900', { kind: 'stall', afterTokens: 5, forMs: 900 }],
    ['steady?malformedAfter=3', { kind: 'malformed', afterTokens: 3 }],
    ['flaky?fail=503&retryAfterMs=1500', { kind: 'refuse', status: 503, afterMs: 0, retryAfterMs: 1500 }],
  ])('%s is certain, in place of the profile’s own', (id, fate) => {
    expect(parseModelId(id).profile.fates).toEqual([{ chance: 1, fate }])
  })
})

test.each([
  ['steady?speed=9', 'speed'],
  ['steady?tps=0', 'tps'],
  ['steady?tps=fast', 'tps'],
  ['steady?tokens=1.5', 'tokens'],
  ['steady?ttft=', 'ttft'],
  ['steady?ttft=-1', 'ttft'],
  ['steady?seed=1&seed=2', 'seed'],
  ['steady?stallMs=100', 'stallMs'],
  ['steady?retryAfterMs=100', 'retryAfterMs'],
  ['steady?cutAfter=5&stallAfter=9', 'cutAfter'],
])('%s is refused with 400, naming %s', (id, key) => {
  const refusal = refusalOf(id)
  expect(refusal.status).toBe(400)
  expect(refusal.message).toContain(`\`${key}\``)
})

test('an unknown model is refused with 404 and the nearest names', () => {
  const refusal = refusalOf('fast-smal?tps=3')
  expect(refusal).toMatchObject({ status: 404, code: 'model_not_found' })
  expect(refusal.message).toContain('`fast-small`')
})

test('a name that resembles no model gets no suggestion', () => {
  expect(refusalOf('zzzzzzzz').message).toBe(
    'There is no simulated model `zzzzzzzz`. GET /v1/models lists all.',
  )
})
