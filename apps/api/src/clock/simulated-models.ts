/** Which model the clock is measured against. */
import type { LaneEntry, LaneRequest, ModelInfo } from '@drag-race/contracts'
import { invalidRequest } from '../api-fault.ts'

/** A model of gateway.yaml, made to measure the clock with: exact to the millisecond, with long answers. */
const exactName = 'sim-sentinel'

/**
 * Models behind the gateway that the simulator answers: the one that is made for this first, and last the virtual ones,
 * for which the gateway chooses among several models, so that calls can go different ways.
 */
export function toSimulatedModels(models: readonly ModelInfo[]): string[] {
  const rank = ({ id, virtual }: ModelInfo) => (id === exactName ? 0 : virtual ? 2 : 1)
  return models
    .filter(({ simulated, available }) => simulated && available)
    .toSorted((a, b) => rank(a) - rank(b))
    .map(({ id }) => id)
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
  return invalidRequest([{ path: 'sentinel', message: `${why} Race without a sentinel.` }])
}
