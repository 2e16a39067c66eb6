/**
 * What a screen reader says of a race: its start, first tokens, finishes and verdict. Tokens are not read out. Compares
 * two snapshots, so that a burst of events, or a return from a hidden tab, is announced once.
 */
import { emptyRace, type LaneState, laneStatus, type RaceState, toTimeSlip } from '@drag-race/contracts'
import { toMs, toSeconds } from '../look/figures.ts'
import { toCutText } from './answer-cut-words.ts'
import { toLaneName } from './lane-names.ts'
import { toFinishText, toVerdictText } from './verdict.ts'

/**
 * What is announced after a change; null when there is no news, and the last announcement stays. A replay that went
 * back gives '', so that the same words can be announced again; one that went back to its start begins anew.
 */
export function toWords(told: RaceState, race: RaceState): string | null {
  const wentBack = race.raceId === told.raceId && race.seq < told.seq
  const isAtStart = race.lanes.every(({ ttftMs, outcome }) => ttftMs === null && outcome === null)
  if (wentBack && !isAtStart) return ''
  const said = toAnnouncements(wentBack ? emptyRace : told, race)
  return said.length > 0 ? said.join(' ') : null
}

export function toAnnouncements(told: RaceState, after: RaceState): string[] {
  const said: string[] = []
  const isNew = told.raceId !== after.raceId
  // What was told of another race says nothing of this one's lanes.
  const before = isNew ? emptyRace : told
  if (isNew && after.raceId !== null && !after.end) {
    const finish = after.request ? toFinishText(after.request.finish) : ''
    const count = after.lanes.filter(({ sentinel }) => !sentinel).length
    said.push(`Race started with ${count} ${count === 1 ? 'lane' : 'lanes'}. Finish line: ${finish}.`)
  }
  // Of a tape that comes whole, only the verdict is announced.
  const isWhole = isNew && after.end !== null
  if (!isWhole) {
    for (const lane of after.lanes) said.push(...laneNews(after, before.lanes[lane.lane], lane))
  }
  const verdict = after.end && !before.end ? toVerdictText(after) : null
  if (verdict) said.push(`${verdict.headline}. ${verdict.detail}`)
  return said
}

function laneNews(state: RaceState, before: LaneState | undefined, after: LaneState): string[] {
  const news: string[] = []
  const name = `Lane ${after.lane + 1}, ${toLaneName(state, after.lane)}`
  if (after.ttftMs !== null && (before?.ttftMs ?? null) === null) {
    news.push(`${name}: first token after ${toMs(after.ttftMs)} milliseconds.`)
  }
  if (after.outcome && !before?.outcome) news.push(`${name}: ${outcomeText(state, after)}`)
  return news
}

function outcomeText(state: RaceState, lane: LaneState): string {
  const slip = toTimeSlip(lane)
  const cut = toCutText(state, lane)
  switch (laneStatus(lane)) {
    case 'done':
      return `finished after ${toSeconds(slip.totalMs)} seconds${cut === null ? '' : `, its answer cut ${cut}`}.`
    case 'stopped':
      return `stopped after ${toSeconds(slip.elapsedMs)} seconds.`
    case 'failed':
      return `did not finish. ${lane.outcome?.kind === 'failed' ? lane.outcome.event.message : ''}`
    case 'waiting':
    case 'running':
      return ''
  }
}
