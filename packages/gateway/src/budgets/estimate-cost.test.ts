import { expect, test } from 'vitest'
import type { Target } from '../upstream/target.ts'
import { createEstimateCost } from './estimate-cost.ts'

const estimate = { inputTokens: 100, outputTokens: 50, isOutputStated: true }

const estimateCost = createEstimateCost(
  ({ inputTokens, outputTokens }, { price }) =>
    price && (inputTokens * price.inputPerMillion + outputTokens * price.outputPerMillion) / 1e6,
)

const target = (name: string, perMillion: number | null) =>
  ({
    name,
    upstreamModel: name,
    price: perMillion === null ? null : { inputPerMillion: perMillion, outputPerMillion: 2 * perMillion },
  }) as Target

test('is that of the dearest target which the call may go to', () => {
  const [cheap, dear, unknown] = [target('cheap', 1), target('dear', 10), target('unknown', null)]
  // 100 tokens at ten dollars a million, and 50 at twenty.
  expect(estimateCost(estimate, [cheap, dear, unknown])).toEqual({ pico: 2_000_000_000, target: dear })
  expect(estimateCost(estimate, [unknown])).toBeNull()
})
