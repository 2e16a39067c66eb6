/** What can be done with a race that is over: compare it, export it; and where an imported race came from. */
import './after-race.css'
import { type ExportForm, exportForms } from '@drag-race/contracts'
import type { FocusEvent, KeyboardEvent } from 'react'
import { Link } from 'wouter'
import { toDay } from '../look/when.ts'
import { useRaceDetail } from './use-race-detail.ts'

const formNames: Record<ExportForm, { name: string; about: string }> = {
  tape: { name: 'Tape', about: 'every event, .jsonl' },
  csv: { name: 'Figures', about: 'one row for each lane, .csv' },
  html: { name: 'Replay', about: 'a page that runs anywhere, .html' },
}

export function AfterRace({ raceId }: { raceId: string }) {
  const path = `/api/races/${encodeURIComponent(raceId)}/export`
  return (
    <>
      <Link href={`/compare/${raceId}`}>Compare</Link>
      <details className="export" onBlur={closeWhenLeft} onKeyDown={closeByEscape}>
        <summary>Export</summary>
        <ul className="export-forms">
          {exportForms.map((form) => (
            <li key={form}>
              <a href={`${path}?as=${form}`} download>
                {formNames[form].name}
              </a>{' '}
              <span className="dim">{formNames[form].about}</span>
            </li>
          ))}
        </ul>
      </details>
      <ImportedMark raceId={raceId} />
    </>
  )
}

/** Like a menu, it closes when something else is pressed, or Escape. */
function closeWhenLeft({ currentTarget, relatedTarget }: FocusEvent<HTMLDetailsElement>) {
  if (!currentTarget.contains(relatedTarget)) currentTarget.open = false
}

function closeByEscape({ currentTarget, key }: KeyboardEvent<HTMLDetailsElement>) {
  if (key !== 'Escape' || !currentTarget.open) return
  // The focus first: a closed menu hides the link that has the focus, which would be lost.
  currentTarget.querySelector('summary')?.focus()
  currentTarget.open = false
}

/** An imported race says so wherever it is shown: its times are by another clock. */
function ImportedMark({ raceId }: { raceId: string }) {
  const { data } = useRaceDetail(raceId)
  if (!data?.imported) return null
  const { importedAt, note } = data.imported
  return (
    <p className="imported">
      <strong>Imported</strong> on {toDay(importedAt)}: run elsewhere, timed by another machine’s clock. It
      counts on no leaderboard.
      {note !== null && ` ${note}`}
    </p>
  )
}
