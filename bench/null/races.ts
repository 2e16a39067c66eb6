/** Twins: one profile under two names, and a race between them. */
import { errorBoundMs, raceVerdict, SimulatorLedger, toLaneErrors } from '@drag-race/contracts'
import { race } from '../../apps/api/src/testing/race-client.ts'
import type { House } from '../../tests/support/programs.ts'

export type Pair = 'exact' | 'jittered'

export interface NullRace {
  /** The totals of the first and the second name. */
  totalsMs: [number, number]
  /** How far a time of it may be off (`errorBoundMs`). */
  errorMs: number
  isDeadHeat: boolean
  /** 0: the first name, 1: the second. */
  winner: 0 | 1 | null
  /** How far the simulator's own totals were apart, as a perfect clock would have measured. */
  trueGapMs: number
}

/**
 * The seed of an answer comes from the model's id and the prompt. The second name's id has the same figures in another
 * order: the same profile with another draw.
 */
const profiles: Record<Pair, [string, string]> = {
  exact: ['steady?ttft=30&tps=400&tokens=30', 'steady?tokens=30&tps=400&ttft=30'],
  // The lanes are usually some 80 ms apart, so that few races are dead heats.
  jittered: ['steady?ttft=60&tps=250&tokens=60&jitter=0.8', 'steady?tokens=60&jitter=0.8&tps=250&ttft=60'],
}

const names = (pair: Pair): [string, string] => [`null-${pair}-a`, `null-${pair}-b`]

export function toModels(): object[] {
  return (Object.keys(profiles) as Pair[]).flatMap((pair) =>
    profiles[pair].map((model, index) => ({
      name: names(pair)[index],
      provider: 'simulator',
      params: { model },
    })),
  )
}

/** Adds a prompt of the block's category, which gives its races a board of their own. Returns the prompt's id. */
async function addPrompt(appUrl: string, category: string, text: string): Promise<string> {
  const response = await fetch(`${appUrl}/api/prompts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ title: text, category, text }),
  })
  if (!response.ok) throw new Error(`prompt: ${response.status} ${await response.text()}`)
  return ((await response.json()) as { id: string }).id
}

let count = 0

/**
 * Each race has a text of its own, and so draws of its own; the names change lanes from race to race.
 */
export async function raceTwins(house: House, pair: Pair, category: string): Promise<NullRace> {
  count++
  const isSwapped = count % 2 === 0
  const models = isSwapped ? names(pair).toReversed() : names(pair)
  const state = await race(house.app.url, {
    promptId: await addPrompt(house.app.url, category, `Null race ${count}.`),
    lanes: models.map((model) => ({ model })),
  })
  const { clock } = state.end!
  const verdict = raceVerdict(state)
  const totals: number[] = []
  const truths: number[] = []
  for (const lane of state.lanes) {
    if (lane.outcome?.kind !== 'done') throw new Error(`${lane.model}: ${lane.outcome?.event.message}`)
    const { totalMs, completionId } = lane.outcome.event
    const ledger = SimulatorLedger.parse(
      await (await fetch(`${house.simulator.url}/ledger/${completionId}`)).json(),
    )
    const errors = toLaneErrors(lane, BigInt(clock!.greenLightNs!), ledger)
    totals.push(totalMs)
    truths.push(totalMs - errors!.totalMs!)
  }
  const toName = (lane: number): 0 | 1 => ((lane === 0) !== isSwapped ? 0 : 1)
  return {
    totalsMs: (isSwapped ? totals.toReversed() : totals) as [number, number],
    errorMs: errorBoundMs(state.end!)!,
    isDeadHeat: verdict?.kind === 'dead-heat',
    winner: verdict?.kind === 'win' ? toName(verdict.lane) : null,
    trueGapMs: Math.abs(truths[0]! - truths[1]!),
  }
}
