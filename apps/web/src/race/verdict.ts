/**
 * The outcome of a race and of a lane in words. All of it is read from the tape by the rules in contracts; nothing is
 * ranked here.
 */
import {
  errorBoundMs,
  type FinishLine,
  type LaneState,
  laneStatus,
  type RaceState,
  raceVerdict,
  type Verdict,
} from '@drag-race/contracts'
import { toCount, toFineMs, toGap, toMargin } from '../look/figures.ts'
import { toCutSentences } from './answer-cut-words.ts'
import { toLaneName, toLaneNames } from './lane-names.ts'

/** `cut`: race or app ended before the lane did. `sentinel`: the lane watched the clock and is not ranked. */
export type LaneResult =
  | { kind: 'sentinel' }
  | { kind: 'waiting' | 'running' | 'done' | 'failed' | 'stopped' | 'cut' }
  | { kind: 'win'; gapMs: number | null }
  | { kind: 'dead-heat' }
  | { kind: 'behind'; place: number; gapMs: number }

/** What the strip says of a lane: its standing when the race is over; its status while `over` is null. */
export function laneResult(over: RaceState | null, lane: LaneState): LaneResult {
  const status = laneStatus(lane)
  if (!over?.end) return { kind: status }
  if (isCutOff(lane)) return { kind: 'cut' }
  if (lane.sentinel) return { kind: status === 'failed' ? 'failed' : 'sentinel' }
  const verdict = raceVerdict(over)
  if (verdict?.kind === 'win' && verdict.lane === lane.lane) return { kind: 'win', gapMs: verdict.by }
  if (verdict?.kind === 'dead-heat' && verdict.lanes.includes(lane.lane)) return { kind: 'dead-heat' }
  const standing = over.end.standings.find((entry) => entry.lane === lane.lane)
  if (
    verdict?.kind !== 'no-contest' &&
    standing &&
    standing.place !== null &&
    standing.place > 1 &&
    standing.gap !== null
  ) {
    return { kind: 'behind', place: standing.place, gapMs: standing.gap }
  }
  return { kind: status === 'running' || status === 'waiting' ? 'cut' : status }
}

export function toResultText(result: LaneResult): string {
  switch (result.kind) {
    case 'win':
      return result.gapMs === null ? 'WIN' : `WIN by ${toGap(result.gapMs)}`
    case 'dead-heat':
      return 'DEAD HEAT'
    case 'behind':
      return `${toOrdinal(result.place)}, +${toGap(result.gapMs)}`
    case 'failed':
      return 'DNF'
    case 'stopped':
      return 'STOPPED'
    case 'cut':
      return 'CUT SHORT'
    case 'sentinel':
      return 'not ranked'
    case 'done':
      return 'finished'
    case 'running':
    case 'waiting':
      return ''
  }
}

/** The lane was closed by the end of the app: it has not failed. */
function isCutOff({ outcome }: LaneState): boolean {
  return outcome?.kind === 'failed' && outcome.event.code === 'interrupted'
}

export interface VerdictText {
  /** One short sentence, large. */
  headline: string
  /** The finish line, and how sure the verdict is. */
  detail: string
}

/** The verdict of a finished race in words; null while it runs. */
export function toVerdictText(state: RaceState): VerdictText | null {
  const verdict = raceVerdict(state)
  if (!verdict || !state.end || !state.request) return null
  const name = (lane: number) => toLaneName(state, lane)
  const { marginMs, reason } = state.end
  // The margin is at the end of a tape: an interrupted one does not say whether it was measured.
  const unknown = reason === 'interrupted' ? 'Clock not known.' : 'Clock not measured.'
  const clock = marginMs === null ? unknown : `Clock ${toMargin(marginMs)}.`
  const line = `Finish line: ${toFinishText(state.request.finish)}.${toCutSentences(state)}`
  const detail = `${line} ${clock}${toClockText(state)}${toReasonText(reason)}`
  switch (verdict.kind) {
    case 'win':
      return {
        headline:
          verdict.by === null
            ? `${name(verdict.lane)} wins`
            : `${name(verdict.lane)} wins by ${toGap(verdict.by)}`,
        detail: verdict.by === null ? `Nobody else crossed the line. ${detail}` : detail,
      }
    case 'dead-heat':
      return {
        headline: `Dead heat: ${toLaneNames(state, verdict.lanes)}`,
        detail: `Closer than the clock can tell. ${detail}`,
      }
    case 'no-contest':
      return { headline: toNoContestText(verdict.why), detail }
  }
}

/** What a reader must know about the clock in this race besides its margin. */
function toClockText(state: RaceState): string {
  const { request, end } = state
  const sentinel = end?.clock?.sentinel ?? null
  return [
    request?.coldStart && ' Cold start: the times include opening the connections.',
    toUnequalStart(state),
    end?.clock?.disturbed &&
      ` Disturbed: sockets were read up to ${toFineMs(end.clock.lagMs)} ms late, so a time may be off by ${toFineMs(errorBoundMs(end))} ms.`,
    sentinel &&
      ` Sentinel: first token ${toFineMs(sentinel.ttftErrorMs)} ms late, tokens ${toFineMs(sentinel.tokenErrorP99Ms)} ms (p99 of ${sentinel.tokens}).`,
  ]
    .filter(Boolean)
    .join('')
}

/** For a race in which the gateway had done its work on some lanes' requests before the light, and not on others'. */
function toUnequalStart(state: RaceState): string {
  const racing = state.lanes.filter(({ sentinel }) => !sentinel)
  if (!racing.some(({ start }) => start === 'prepared')) return ''
  const behind = racing.filter(({ start }) => start !== null && start !== 'prepared')
  if (behind.length === 0) return ''
  const names = toLaneNames(
    state,
    behind.map(({ lane }) => lane),
  )
  return ` Unequal start: the gateway was not ready for ${names}, so only their times include its work on the request.`
}

/** The words for a race that has no verdict yet. */
export function toRunningText(race: RaceState, isLost: boolean): VerdictText {
  if (isLost) return { headline: 'The race was lost from view', detail: '' }
  const racing = race.lanes.filter(({ sentinel }) => !sentinel)
  const ended = racing.filter((lane) => lane.outcome !== null).length
  const detail = ended === 0 ? '' : `${ended} of ${racing.length} lanes have ended`
  return { headline: 'The race is on', detail }
}

function toNoContestText(why: Extract<Verdict, { kind: 'no-contest' }>['why']): string {
  switch (why) {
    case 'no finisher':
      return 'No lane crossed the line'
    case 'one lane':
      return 'One lane alone wins nothing'
    case 'the others were stopped early':
      return 'No contest: the others were stopped early'
    case 'interrupted':
      return 'No contest: the race was interrupted'
  }
}

function toReasonText(reason: NonNullable<RaceState['end']>['reason']): string {
  switch (reason) {
    case 'finished':
      return ''
    case 'stopped':
      return ' Stopped by hand.'
    case 'deadline':
      return ' Ended by the time limit of a race.'
    case 'interrupted':
      return ' Its tape ends in the middle. What had arrived is kept.'
  }
}

/** `whole answer`, `first token`, `≈ 200 tokens (counted by our tokenizer)`, as a provider counts only at the end. */
export function toFinishText(finish: FinishLine): string {
  if (finish === 'done') return 'whole answer'
  if (finish === 'first-token') return 'first token'
  const unit = finish.tokens === 1 ? 'token' : 'tokens'
  return `≈ ${toCount(finish.tokens)} ${unit} (counted by our tokenizer)`
}

function toOrdinal(place: number): string {
  const tail = place % 100 > 10 && place % 100 < 14 ? 'th' : (['th', 'st', 'nd', 'rd'][place % 10] ?? 'th')
  return `${place}${tail}`
}
