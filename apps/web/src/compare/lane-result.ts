/** What became of a lane of a kept race, in the words of its time slip: a figure says little without it. */
import type { LaneSummary, RaceSummary } from '@drag-race/contracts'

type Ended = Pick<RaceSummary, 'verdict' | 'status'>

/** `WIN`, `No 2`, `DNF 429`; `No 2, STOPPED` when it had crossed its line before. */
export function toLaneResult(lane: LaneSummary, race: Ended): string {
  const place = toPlace(lane, race)
  const end = toEnd(lane, race)
  return [place, place !== null && lane.outcome === 'done' ? null : end].filter(Boolean).join(', ')
}

function toPlace({ lane, place }: LaneSummary, { verdict }: Ended): string | null {
  if (verdict?.kind === 'win' && verdict.lane === lane) return 'WIN'
  if (verdict?.kind === 'dead-heat' && verdict.lanes.includes(lane)) return 'DEAD HEAT'
  return verdict?.kind !== 'no-contest' && place !== null && place > 1 ? `No ${place}` : null
}

function toEnd({ outcome, errorCode }: LaneSummary, { status }: Ended): string {
  switch (outcome) {
    case 'done':
      return 'FINISHED'
    case 'failed':
      if (errorCode === 'interrupted') return 'CUT SHORT'
      // As words: a long code would be wider than a phone.
      return ['DNF', errorCode?.replace(/^http_/, '').replaceAll('_', ' ')].filter(Boolean).join(' ')
    case 'stopped':
      return 'STOPPED'
    case 'running':
      return status === 'running' ? 'RUNNING' : 'CUT SHORT'
  }
}
