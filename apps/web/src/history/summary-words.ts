/** A kept race in words: who won and by how much, what decided it, and what else must be known about it. */
import { type FinishLine, type LaneSummary, type RaceSummary, toAnswerCut } from '@drag-race/contracts'
import { toFineMs, toGap, toMargin } from '../look/figures.ts'
import { cutMark } from '../race/answer-cut-words.ts'
import { joinWords, toLaneName } from '../race/lane-names.ts'
import { toFinishText } from '../race/verdict.ts'

export interface SummaryWords {
  /** `WIN`, `DEAD HEAT`, `NO CONTEST`, `RUNNING`, `INTERRUPTED`. */
  word: string
  /** `by 12.4 ms`; '' where there is nothing to add. */
  by: string
  /** Who won, or why nobody did; and how the race ended, if not by itself. */
  who: string
  /** `whole answer, ± 1.9 ms` */
  rule: string
}

export function toSummaryWords(race: RaceSummary): SummaryWords {
  const lanes = race.lanes.filter(({ sentinel }) => !sentinel)
  const { word, by, who } = toVerdictWords({ ...race, lanes })
  return { word, by, who: [who, endings[race.status]].filter(Boolean).join(', '), rule: toRule(race) }
}

function toVerdictWords({ verdict, status, lanes, finish }: RaceSummary): Omit<SummaryWords, 'rule'> {
  if (status === 'running') {
    return { word: 'RUNNING', by: '', who: `${lanes.length} ${lanes.length === 1 ? 'lane' : 'lanes'}` }
  }
  if (status === 'interrupted') return { word: 'INTERRUPTED', by: '', who: 'what had arrived is kept' }
  if (verdict === null) return { word: 'NO RESULT', by: '', who: 'ended before anything was decided' }
  switch (verdict.kind) {
    case 'win':
      return {
        word: 'WIN',
        by: verdict.by === null ? '' : `by ${toGap(verdict.by)}`,
        who: toLaneName({ lanes }, verdict.lane) + toCutWords(lanes, [verdict.lane], finish),
      }
    case 'dead-heat':
      return {
        word: 'DEAD HEAT',
        by: '',
        who: toNames(lanes, verdict.lanes) + toCutWords(lanes, verdict.lanes, finish),
      }
    case 'no-contest':
      return { word: 'NO CONTEST', by: '', who: verdict.why }
  }
}

/** `, answer cut` where that matters: the answer of a lane that is first was cut, and that of another was not. */
function toCutWords(lanes: readonly LaneSummary[], first: readonly number[], finish: FinishLine): string {
  if (finish !== 'done') return ''
  const isCut = ({ slip }: LaneSummary) => toAnswerCut(slip.finishReason) !== null
  const whole = lanes.some((lane) => lane.outcome === 'done' && !isCut(lane))
  return whole && lanes.some((lane) => first.includes(lane.lane) && isCut(lane)) ? `, ${cutMark}` : ''
}

/** `disturbed, 12.3 ms late`; null for a clock that was not. */
export function toDisturbedText(clock: RaceSummary['clock']): string | null {
  return clock?.disturbed ? `disturbed, ${toFineMs(clock.lagMs)} ms late` : null
}

/** The margin is shown where it decides something, a disturbed clock always. */
function toRule({ finish, marginMs, clock, coldStart, verdict, status }: RaceSummary): string {
  const isDecided = status !== 'interrupted' && (verdict?.kind === 'win' || verdict?.kind === 'dead-heat')
  return [
    toFinishText(finish),
    isDecided && toMargin(marginMs),
    coldStart && 'cold start',
    toDisturbedText(clock),
  ]
    .filter(Boolean)
    .join(', ')
}

const endings: Record<RaceSummary['status'], string> = {
  running: '',
  finished: '',
  stopped: 'stopped by hand',
  deadline: 'time limit reached',
  interrupted: '',
}

/** More than three lanes are shown as their number. */
function toNames(lanes: readonly LaneSummary[], heat: readonly number[]): string {
  return heat.length > 3 ? `${heat.length} lanes` : joinWords(heat.map((lane) => toLaneName({ lanes }, lane)))
}

/** For screen readers, which cannot see the plates: `1. quick-a, 2. quick-b, not finished: slow`. */
export function toArrivals(lanes: readonly LaneSummary[]): string {
  const arrived = lanes.filter(({ place }) => place !== null)
  const others = lanes.filter(({ place }) => place === null)
  const parts = arrived.map(({ place, lane }) => `${place}. ${toLaneName({ lanes }, lane)}`)
  if (others.length > 0)
    parts.push(`not finished: ${joinWords(others.map(({ lane }) => toLaneName({ lanes }, lane)))}`)
  return parts.join(', ')
}

/** Each model once, in order of arrival, with how many lanes it had. */
export function toField(
  lanes: readonly LaneSummary[],
): { model: string; lanes: number; simulated: boolean }[] {
  const field = new Map<string, { model: string; lanes: number; simulated: boolean }>()
  for (const { model, simulated } of lanes) {
    const entry = field.get(model)
    if (entry) entry.lanes += 1
    else field.set(model, { model, lanes: 1, simulated })
  }
  return [...field.values()]
}
