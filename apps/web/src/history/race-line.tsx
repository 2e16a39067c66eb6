/** A race as one line: its plates as they arrived, what was asked, who won, by how much, and when. */

import type { LaneSummary, RaceSummary } from '@drag-race/contracts'
import { memo } from 'react'
import { Link } from 'wouter'
import { RemoveIcon } from '../look/icons.tsx'
import { isolate } from '../look/isolate.ts'
import { Tags } from '../look/tags.tsx'
import { toAgo, toFullTime } from '../look/when.ts'
import { ArrivalPlates } from './arrival-plates.tsx'
import { toField, toSummaryWords } from './summary-words.ts'

interface RaceLineProps {
  race: RaceSummary
  nowMs: number
  onDelete: (race: RaceSummary) => void
}

export const RaceLine = memo(function RaceLine({ race: whole, nowMs, onDelete }: RaceLineProps) {
  // A sentinel did not race.
  const race = { ...whole, lanes: whole.lanes.filter(({ sentinel }) => !sentinel) }
  const { word, by, who, rule } = toSummaryWords(race)
  const prompt = race.prompt.replace(/\s+/g, ' ').trim().slice(0, 300)
  return (
    <li className="race-line" data-status={race.status}>
      <ArrivalPlates lanes={race.lanes} />
      <div className="race-line-what">
        <Link href={`/race/${race.id}`} className="race-line-prompt ellipsis" dir="auto" title={prompt}>
          {prompt || 'Race without a prompt'}
        </Link>
        <p className="race-line-field ellipsis">
          {race.origin === 'imported' && <span className="race-line-imported">imported </span>}
          <Field lanes={race.lanes} />
        </p>
        <Tags tags={race.tags} />
      </div>
      <div className="race-line-verdict">
        <p className="race-line-came-to ellipsis">
          <strong>{word}</strong> {by}
        </p>
        <p className="race-line-who ellipsis" title={who}>
          {who}
        </p>
      </div>
      <div className="race-line-when">
        <time dateTime={race.startedAt} title={toFullTime(race.startedAt)}>
          {toAgo(race.startedAt, nowMs)}
        </time>
        {race.status !== 'running' && (
          <>
            <Link href={`/race/${race.id}/replay`} className="race-line-link">
              Replay<span className="visually-hidden"> the race of {toFullTime(race.startedAt)}</span>
            </Link>
            <Link href={`/compare/${race.id}`} className="race-line-link">
              Compare<span className="visually-hidden"> the race of {toFullTime(race.startedAt)}</span>
            </Link>
          </>
        )}
        <p>{rule}</p>
      </div>
      {race.status === 'running' ? (
        <span />
      ) : (
        <button type="button" className="race-line-delete" onClick={() => onDelete(whole)}>
          <RemoveIcon />
          <span className="visually-hidden">
            Delete the race of {toFullTime(race.startedAt)}: {prompt.slice(0, 60)}
          </span>
        </button>
      )}
    </li>
  )
})

/** `quick-a × 2, slow`, and which were simulated: said once at the end where all were, else after each name. */
function Field({ lanes }: { lanes: readonly LaneSummary[] }) {
  const field = toField(lanes)
  const areAllAlike = field.every(({ simulated }) => simulated)
  const names = field.map(({ model, lanes: count, simulated }) => {
    const times = count > 1 ? ` × ${count}` : ''
    return `${isolate(model)}${times}${simulated && !areAllAlike ? ' (simulated)' : ''}`
  })
  return (
    <>
      {names.join(', ')}
      {areAllAlike && field.length > 0 && <span className="race-line-simulated"> simulated</span>}
    </>
  )
}
