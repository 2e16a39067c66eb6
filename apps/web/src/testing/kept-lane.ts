/** A lane of a kept race for tests: first, with a whole answer, unless the test changes it. */
import { emptyRace, type LaneSummary, reduceRace, type TimeSlip, toTimeSlip } from '@drag-race/contracts'
import { makeTape } from './tape.ts'

export const emptySlip = toTimeSlip(
  reduceRace(emptyRace, makeTape({ lanes: [{ model: 'm', tokensAt: [], end: 'done' }] })[0]!).lanes[0]!,
)

export function makeLane(
  number: number,
  model: string,
  slip: Partial<TimeSlip> = {},
  stream = true,
): LaneSummary {
  return {
    lane: number,
    model,
    provider: null,
    simulated: false,
    sentinel: false,
    stream,
    place: 1,
    deadHeat: false,
    outcome: 'done',
    errorCode: null,
    slip: { ...emptySlip, ...slip },
  }
}
