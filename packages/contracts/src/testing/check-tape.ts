import { createTapeCheck, type RaceEvent, type RaceState, TapeFault } from '../index.ts'

/** The fold of the lines, or the fault that one of them had. */
export function checkTape(lines: readonly string[]): RaceState | TapeFault {
  const tape = createTapeCheck()
  try {
    for (const line of lines) tape.add(line)
    return tape.state()
  } catch (fault) {
    if (fault instanceof TapeFault) return fault
    throw fault
  }
}

/** The start of a race of one lane. */
export const oneLane: RaceEvent = {
  ...{ type: 'race-start', seq: 0, at: 0, raceId: 'race', startedAt: '2026-01-01T00:00:00.000Z' },
  request: { prompt: 'p', lanes: [{ model: 'm', stream: true }], finish: 'done' },
  lanes: [{ lane: 0, model: 'm', stream: true, provider: null, simulated: false }],
}
