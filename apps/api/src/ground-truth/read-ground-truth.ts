/**
 * Compares a finished race with the simulator's ledger, lane by lane. The completion id says which call of the ledger
 * an answer belongs to, and nothing else does. Most gateways pass it on, so a lane needs no mark that it is simulated;
 * some (TensorZero) put an id of their own in its place.
 */
import {
  type GroundTruth,
  type GroundTruthGap,
  type LaneGroundTruth,
  type LaneState,
  type RaceState,
  simulatorIdPrefix,
  toRoadErrors,
  toSpread,
} from '@drag-race/contracts'
import { askLedger } from '../clock/read-ledger.ts'

export interface GroundTruthSource {
  simulatorUrl: string
  /** An imported race has the times of another machine. */
  isImported: boolean
}

/** For the ledgers of all lanes together. */
const readMsMax = 1_000

/** Takes a second at most. Reads one ledger after the other, because each can have some megabytes. */
export async function readGroundTruth(race: RaceState, source: GroundTruthSource): Promise<GroundTruth> {
  const deadline = AbortSignal.timeout(readMsMax)
  const greenLightNs = race.end?.clock?.greenLightNs ?? null
  const lanes: LaneGroundTruth[] = []
  for (const lane of race.lanes) lanes.push(await readLane(lane, greenLightNs, source, deadline))
  return { lanes }
}

async function readLane(
  lane: LaneState,
  greenLightNs: string | null,
  { simulatorUrl, isImported }: GroundTruthSource,
  deadline: AbortSignal,
): Promise<LaneGroundTruth> {
  const none = (gap: GroundTruthGap) => ({ lane: lane.lane, errors: null, missing: toMissing(gap) })
  if (isImported) return none('imported')
  // Before the id: a lane that was cut off by the end of the app has no id, whoever answered it.
  if (greenLightNs === null) return none('no_green_light')
  const id = lane.outcome?.event.completionId
  if (!id) return none('no_id')
  if (!id.startsWith(simulatorIdPrefix)) return none('other_id')
  const ledger = await askLedger(simulatorUrl, id, deadline)
  if (typeof ledger === 'string') return none(ledger)
  const errors = toRoadErrors(lane, BigInt(greenLightNs), ledger)
  if (!errors) return none('other_clock')
  const { ttftMs, tokensMs, totalMs } = errors
  const gap = toTokenGap(lane, tokensMs)
  return {
    lane: lane.lane,
    errors: { ttftMs, tokens: lane.stream && !gap && tokensMs ? toSpread(tokensMs) : null, totalMs },
    missing: gap && toMissing(gap),
  }
}

/**
 * Only the count of chunks shows whether a gateway regrouped them, and of a lane that is not done it shows nothing.
 */
function toTokenGap({ stream, outcome }: LaneState, tokensMs: number[] | null): GroundTruthGap | null {
  if (!stream) return null
  if (outcome?.kind !== 'done') return 'cut'
  return tokensMs === null ? 'regrouped' : null
}

function toMissing(code: GroundTruthGap): LaneGroundTruth['missing'] {
  return { code, message: groundTruthGaps[code] }
}

const groundTruthGaps: Record<GroundTruthGap, string> = {
  no_id: 'No answer with an id came.',
  other_id:
    'The answer has no id of the simulator: another model wrote it, or a gateway on the way gave it an id of its own. To see what such a gateway adds, race it beside a lane without it.',
  not_kept:
    'The simulator does not keep this call any more: it keeps the newest 1,000 calls, of 500,000 chunks at most, until it is stopped. Race again.',
  unreachable: `The simulator did not give its ledger within ${readMsMax / 1000} s. Start it, or set SIMULATOR_URL, then ask again.`,
  imported: 'The race was run elsewhere, by the clock of another machine.',
  no_green_light:
    'The tape does not say when the green light was: the app ended in the middle of the race, or was of an older version.',
  other_clock:
    'Tape and ledger are not from one clock: the simulator runs on another machine, or a gateway answered from its cache.',
  regrouped:
    'A gateway on the way put the tokens into other chunks: single tokens cannot be matched with the ledger.',
  cut: 'The lane did not finish: single tokens cannot be matched with the ledger.',
}
