/** One race, and its tape compared with the simulator's ledger. */
import { emptyRace, type LaneErrors, reduceRace, SimulatorLedger, toLaneErrors } from '@drag-race/contracts'
import { events, postRace } from '../../apps/api/src/testing/race-client.ts'

export interface RoundResult {
  errors: LaneErrors[]
  lagMs: number | null
  marginMs: number | null
  /** When the last lane left, from the green light. */
  skewMs: number
}

export const modelName = (rate: number) => `clock-${rate}`

/** Entries of gateway.yaml: exact models, one for each rate. */
export function toModels(rates: readonly number[], seconds: number): object[] {
  return rates.map((rate) => ({
    name: modelName(rate),
    provider: 'simulator',
    params: { model: `steady?ttft=50&tps=${rate}&tokens=${rate * seconds}` },
  }))
}

/** Gives a second client a real history to ask for: races of several lanes, run eight at a time. */
export async function fillHistory(appUrl: string, races: number): Promise<void> {
  let left = races
  const racer = async () => {
    while (left-- > 0) {
      const lanes = ['sim-quick', 'sim-quick', 'sim-sentinel'].map((model) => ({
        model,
        params: { maxTokens: 60 },
      }))
      await (await postRace(appUrl, { prompt: `Race ${left}`, lanes })).text()
    }
  }
  await Promise.all(Array.from({ length: 8 }, racer))
}

export interface Timed {
  appUrl: string
  simulatorUrl: string
  lanes: number
  model: string
  maxTokens: number
  /** Called with the race's id as soon as it has one. */
  onStart?(raceId: string): void
}

export async function timeRace({
  appUrl,
  simulatorUrl,
  lanes,
  model,
  maxTokens,
  onStart,
}: Timed): Promise<RoundResult> {
  const request = {
    prompt: `Lanes: ${lanes}`,
    lanes: Array.from({ length: lanes }, () => ({ model, params: { maxTokens } })),
  }
  let state = emptyRace
  for await (const event of events(await postRace(appUrl, request))) {
    state = reduceRace(state, event)
    if (event.type === 'race-start') onStart?.(event.raceId)
  }
  const { clock, marginMs } = state.end!
  const greenLightNs = BigInt(clock!.greenLightNs!)
  const errors = await Promise.all(
    state.lanes.map(async (lane) => {
      const { outcome } = lane
      if (outcome?.kind !== 'done') throw new Error(`lane ${lane.lane}: ${outcome?.event.message}`)
      const url = `${simulatorUrl}/ledger/${outcome.event.completionId}`
      const ledger = SimulatorLedger.parse(await (await fetch(url)).json())
      const found = toLaneErrors(lane, greenLightNs, ledger)
      if (!found) throw new Error(`lane ${lane.lane}: tape and ledger do not fit`)
      return found
    }),
  )
  return {
    errors,
    lagMs: clock!.lagMs,
    marginMs,
    skewMs: Math.max(...state.lanes.map(({ startAt }) => startAt!)),
  }
}
