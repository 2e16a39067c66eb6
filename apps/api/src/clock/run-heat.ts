/** One heat against the simulator, by the way of every lane: the lane thread, the gateway, a simulated model. */
import { randomUUID } from 'node:crypto'
import { type LaneEntry, type LaneErrors, type RaceRequest, toLaneErrors } from '@drag-race/contracts'
import type { LaneGateway } from '../own-gateway.ts'
import type { LaneThread } from '../races/lane-thread.ts'
import type { Lateness } from '../races/lanes/lateness.ts'
import { laneLimits } from '../races/lanes/messages.ts'
import { createTape } from '../races/tape.ts'
import { readLedger } from './read-ledger.ts'

export interface HeatTarget {
  through: 'gateway' | 'simulator'
  model: string
  gateway: LaneGateway
}

export interface HeatResult {
  /** The lanes whose tape could be compared with its ledger. */
  lanes: LaneErrors[]
  lateness: Lateness | null
}

/** Few races have more lanes. */
export const heatLanes = 8
const heatTokens = 24

/** When the signal aborts, the lanes are stopped, and it rejects with the signal's reason. */
export async function runHeat(
  target: HeatTarget,
  { laneThread, simulatorUrl, signal }: { laneThread: LaneThread; simulatorUrl: string; signal: AbortSignal },
): Promise<HeatResult> {
  signal.throwIfAborted()
  const raceId = `calibration-${randomUUID()}`
  const request = toRequest(target.model)
  const lanes = toEntries(target.model)
  const tape = createTape()
  tape.append({ type: 'race-start', at: 0, raceId, startedAt: '', request, lanes })
  let greenLightNs = 0n
  const over = Promise.withResolvers<Lateness | null>()
  const onAbort = () => {
    laneThread.stop(raceId, null, { code: 'stopped', message: 'The calibration was cut short.' })
    over.reject(signal.reason)
  }
  signal.addEventListener('abort', onAbort, { once: true })
  laneThread.run(
    { raceId, request, lanes, gateway: target.gateway, limits: laneLimits },
    {
      onGreenLight(atNs) {
        greenLightNs = atNs
      },
      onEvents: (events) => events.forEach(tape.append),
      onOver: over.resolve,
      onLost: () => over.reject(new Error('The lane thread died.')),
    },
  )
  try {
    const lateness = await over.promise
    const measured = await Promise.all(
      tape.state.lanes.map(async (lane) => {
        const id = lane.outcome?.kind === 'done' ? lane.outcome.event.completionId : null
        const ledger = id ? await readLedger(simulatorUrl, id) : null
        return ledger && toLaneErrors(lane, greenLightNs, ledger)
      }),
    )
    return { lanes: measured.filter((errors) => errors !== null), lateness }
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

function toRequest(model: string): RaceRequest {
  const lane = { model, stream: true, params: { maxTokens: heatTokens } }
  return {
    prompt: 'Count from one to one hundred, in words.',
    lanes: Array.from({ length: heatLanes }, () => lane),
    finish: 'done',
  }
}

function toEntries(model: string): LaneEntry[] {
  return Array.from({ length: heatLanes }, (_, lane) => ({
    lane,
    model,
    stream: true,
    provider: null,
    simulated: true,
  }))
}
