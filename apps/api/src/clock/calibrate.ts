/**
 * Measures the clock: heats against the simulator, whose ledger says when each token was really written. The first
 * heats warm the code, the gateway's included, and are not counted: first tokens of the first race after a start were
 * 35 to 55 ms off without them, and 3 with them.
 */
import type { Calibration, LaneErrors } from '@drag-race/contracts'
import { ApiFault } from '../api-fault.ts'
import type { AppContext } from '../app-context.ts'
import type { Catalog } from '../models/index.ts'
import { toLaneGateway } from '../own-gateway.ts'
import type { LaneThread } from '../races/lane-thread.ts'
import { toMargin } from './margin.ts'
import { type HeatTarget, heatLanes, runHeat } from './run-heat.ts'
import { toSimulatedModels } from './simulated-models.ts'

export interface CalibrateParts {
  context: AppContext
  simulatorUrl: string
  catalog: Catalog
  laneThread: LaneThread
  signal: AbortSignal
}

/** With one warming heat the margin of a fresh start was 11 ms, and 4 a minute later; with four it is 4 at once. */
const heatsToWarm = 4
/** 40 lanes of 24 tokens; at 100 tokens a second, as fast as most models, 3 s including the heats that warm up. */
const heatsCounted = 5
/** No further heat is begun after this: a slow model gives fewer. */
const heatsMsMax = 3_000
/** Behind a gateway this many models are tried: the first can be one that simulates faults. */
const modelsTriedMax = 3

/**
 * null when there is nothing to measure against: no simulator answers, or our requests do not arrive there. Throws an
 * ApiFault while the gateway does not answer: a margin without it would not be that of the races to come.
 */
export async function calibrate(parts: CalibrateParts): Promise<Calibration | null> {
  for (const target of await toTargets(parts)) {
    const calibration = await measure(target, parts)
    if (calibration) return calibration
  }
  return null
}

/** Through the gateway, as every lane goes; when no simulated model answers there, straight to the simulator. */
async function toTargets({ context, simulatorUrl, catalog }: CalibrateParts): Promise<HeatTarget[]> {
  const { models, isReachable, problem } = await catalog.read()
  if (!isReachable)
    throw new ApiFault(
      503,
      'gateway_unreachable',
      problem ?? `Cannot reach the gateway at ${context.gateway.url}.`,
    )
  const gateway = await toLaneGateway(context)
  const behind = toSimulatedModels(models)
    .slice(0, modelsTriedMax)
    .map((model): HeatTarget => ({ through: 'gateway', model, gateway }))
  const straight: HeatTarget = {
    through: 'simulator',
    model: 'steady?ttft=50&tps=100&tokens=24',
    gateway: { url: simulatorUrl, apiKey: null, isOwn: false },
  }
  return [...behind, straight]
}

async function measure(target: HeatTarget, parts: CalibrateParts): Promise<Calibration | null> {
  for (let heat = 0; heat < heatsToWarm; heat++) {
    const { lanes } = await runHeat(target, parts)
    if (lanes.length < heatLanes / 2) return null
  }
  const beganMs = performance.now()
  const heats: LaneErrors[][] = []
  const lags: number[] = []
  do {
    const { lanes, lateness } = await runHeat(target, parts)
    heats.push(lanes)
    if (lateness) lags.push(lateness.maxMs)
  } while (heats.length < heatsCounted && performance.now() - beganMs < heatsMsMax)
  const margin = toMargin(heats)
  return (
    margin && {
      ...margin,
      measuredAt: parts.context.now().toISOString(),
      through: target.through,
      model: target.model,
      lagMs: lags.length > 0 ? Math.max(...lags) : null,
    }
  )
}
