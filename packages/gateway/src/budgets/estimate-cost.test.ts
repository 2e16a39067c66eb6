import { expect, test } from 'vitest'
import type { CostTable } from '../ledger/cost.ts'
import type { Target } from '../upstream/target.ts'
import { createEstimateCost } from './estimate-cost.ts'

const estimate = { inputTokens: 100, outputTokens: 50, isOutputStated: true }

function open() {
  let nowMs = 0
  let lookUps = 0
  const cost: CostTable = ({ inputTokens, outputTokens }, { price }) => {
    lookUps++
    return price && (inputTokens * price.inputPerMillion + outputTokens * price.outputPerMillion) / 1e6
  }
  return {
    estimateCost: createEstimateCost(cost, { monotonicMs: () => nowMs }),
    lookUps: () => lookUps,
    wait(ms: number) {
      nowMs += ms
    },
  }
}

const target = (name: string, perMillion: number | null) =>
  ({
    name,
    upstreamModel: name,
    price: perMillion === null ? null : { inputPerMillion: perMillion, outputPerMillion: 2 * perMillion },
  }) as Target

test('the estimate is that of the dearest target which the call may go to', () => {
  const [cheap, dear, unknown] = [target('cheap', 1), target('dear', 10), target('unknown', null)]
  // 100 tokens at ten dollars a million, and 50 at twenty.
  expect(open().estimateCost(estimate, [cheap, dear, unknown])).toEqual({ pico: 2_000_000_000, target: dear })
  expect(open().estimateCost(estimate, [dear, cheap])?.target).toBe(dear)
  expect(open().estimateCost(estimate, [unknown])).toBeNull()
})

test('prices are looked up once an hour, and anew when the config has changed them', () => {
  const { estimateCost, lookUps, wait } = open()
  const model = target('m', 1)
  for (let call = 0; call < 5; call++) expect(estimateCost(estimate, [model])?.pico).toBe(200_000_000)
  expect(lookUps()).toBe(2)
  wait(3_600_000)
  estimateCost(estimate, [model])
  expect(lookUps()).toBe(4)
  expect(estimateCost(estimate, [target('m', 3)])?.pico).toBe(600_000_000)
})

test('prices of several targets are kept side by side, and those of a name go with its model', () => {
  const { estimateCost, lookUps } = open()
  const [one, two] = [target('one', 1), target('two', 2)]
  for (let call = 0; call < 5; call++) estimateCost(estimate, [one, two])
  expect(lookUps()).toBe(4)
  estimateCost(estimate, [{ ...one, upstreamModel: 'another' }])
  expect(lookUps()).toBe(6)
})

test('a model that has moved to another provider or address has the price of that one', () => {
  const { estimateCost, lookUps } = open()
  const there = { ...target('m', 1), provider: 'groq', origin: 'https://a' } as Target
  estimateCost(estimate, [there])
  estimateCost(estimate, [{ ...there, provider: 'openai' }])
  expect(lookUps()).toBe(4)
  estimateCost(estimate, [{ ...there, provider: 'openai', origin: 'https://b' }])
  expect(lookUps()).toBe(6)
})

test('a long prompt is looked up with its own length, because its price can be another', () => {
  const tiered: CostTable = ({ inputTokens }) => inputTokens * (inputTokens > 200_000 ? 4e-6 : 2e-6)
  const estimateCost = createEstimateCost(tiered, { monotonicMs: () => 0 })
  const cost = (inputTokens: number) =>
    estimateCost({ inputTokens, outputTokens: 0, isOutputStated: true }, [target('m', 1)])?.pico
  expect(cost(50_000)).toBe(100_000_000_000)
  expect(cost(300_000)).toBe(1_200_000_000_000)
})
