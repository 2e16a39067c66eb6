/** Which model the clock is measured against. */
import type { LaneEntry, LaneRequest, ModelInfo } from '@drag-race/contracts'
import { invalidRequest } from '../api-fault.ts'

/** In gateway.yaml: exact to the millisecond and long, which is what a clock is measured with. */
const exactName = 'sim-sentinel'

/** Models behind the gateway that the simulator answers, the one that is made for it first. */
export function toSimulatedModels(models: readonly ModelInfo[]): string[] {
  const ids = models.filter(({ simulated, available }) => simulated && available).map(({ id }) => id)
  return ids.toSorted((a, b) => Number(b === exactName) - Number(a === exactName))
}

/** The lane that a race with a sentinel has besides its own, or a 400 that says why it can have none. */
export function toSentinel(
  lane: number,
  lanesMax: number,
  models: readonly ModelInfo[],
): { entry: LaneEntry; request: LaneRequest } {
  const [model] = toSimulatedModels(models)
  if (model === undefined) throw noSentinel('The gateway has no simulated model to watch the clock with.')
  if (lane >= lanesMax) throw noSentinel(`With a sentinel a race has at most ${lanesMax - 1} other lanes.`)
  const provider = models.find(({ id }) => id === model)?.provider ?? null
  return {
    entry: { lane, model, stream: true, provider, simulated: true, sentinel: true },
    request: { model, stream: true },
  }
}

function noSentinel(why: string) {
  return invalidRequest([{ path: 'sentinel', message: `${why} Race without one.` }])
}
