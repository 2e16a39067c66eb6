/** Every race that was run, newest first, each a line with its plates in order of arrival. */
import './history.css'
import type { RaceSummary } from '@drag-race/contracts'
import { useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import { Link, useSearchParams } from 'wouter'
import { ConfirmDialog } from '../look/confirm-dialog.tsx'
import { pressable } from '../look/pressable.ts'
import { useNow } from '../look/use-now.ts'
import { usePageTitle } from '../use-page-title.ts'
import { FilterBar } from './filter-bar.tsx'
import { ImportTape } from './import-tape.tsx'
import { isFiltered, type RaceFilters, readFilters, toSearch } from './race-filters.ts'
import { RaceLine } from './race-line.tsx'
import { useDeleteRace, useRaces } from './use-races.ts'

export function HistoryPage() {
  usePageTitle('History')
  const [search, setSearch] = useSearchParams()
  const filters = readFilters(search)
  const races = useRaces(filters)
  const list = races.data?.pages.flatMap((page) => page.races) ?? []
  const change = (next: RaceFilters, isTyping: boolean) => setSearch(toSearch(next), { replace: isTyping })

  return (
    <div className="page">
      <h1>History</h1>
      <p className="page-lede">Every race is kept with its tape. Open one to see it as it was.</p>
      <ImportTape />
      <FilterBar filters={filters} onChange={change} />
      {races.error && <Problem message={races.error.message} onRetry={() => void races.refetch()} />}
      {races.isPending && !races.error && <p className="dim">Reading the history …</p>}
      {races.data && list.length === 0 && (
        <Nothing isFiltered={isFiltered(filters)} onClear={() => setSearch(new URLSearchParams())} />
      )}
      <RaceList races={list} isStale={races.isPlaceholderData} />
      {races.hasNextPage && (
        <button
          type="button"
          className="button-plain history-older"
          {...pressable(races.isFetchingNextPage, () => void races.fetchNextPage())}
        >
          {races.isFetchingNextPage ? 'Reading …' : 'Older races'}
        </button>
      )}
      <p className="visually-hidden" role="status">
        {races.data && !races.isPlaceholderData
          ? `${list.length} ${list.length === 1 ? 'race' : 'races'} shown`
          : ''}
      </p>
    </div>
  )
}

function RaceList({ races, isStale }: { races: RaceSummary[]; isStale: boolean }) {
  const nowMs = useNow(30_000)
  const [doomed, setDoomed] = useState<RaceSummary | null>(null)
  const top = useRef<HTMLOListElement>(null)
  const deletion = useDeleteRace()
  const goOn = () => {
    // As long as the dialog is open, nothing outside of it can take the focus.
    flushSync(() => setDoomed(null))
    // The button that had the focus is gone: the focus goes to the beginning of the list, not of the page.
    top.current?.focus()
  }
  const close = () => {
    setDoomed(null)
    deletion.reset()
  }
  return (
    <>
      {/* Rendered also when it is empty, because it can have the focus. */}
      <ol ref={top} className="history-list" tabIndex={-1} aria-busy={isStale}>
        {races.map((race) => (
          <RaceLine key={race.id} race={race} nowMs={nowMs} onDelete={setDoomed} />
        ))}
      </ol>
      {doomed && (
        <ConfirmDialog
          title="Delete this race?"
          action="Delete"
          isBusy={deletion.isPending}
          problem={deletion.error?.message ?? null}
          onConfirm={() => deletion.mutate(doomed.id, { onSuccess: goOn })}
          onClose={close}
        >
          <p className="history-doomed" dir="auto">
            {doomed.prompt.slice(0, 300)}
          </p>
          <p>Its tape, its answers and its part in the leaderboard are gone for good.</p>
        </ConfirmDialog>
      )}
    </>
  )
}

function Nothing({ isFiltered, onClear }: { isFiltered: boolean; onClear: () => void }) {
  if (isFiltered) {
    return (
      <p className="history-nothing">
        No race fits these filters.{' '}
        <button type="button" className="button-plain" onClick={onClear}>
          Show all races
        </button>
      </p>
    )
  }
  return (
    <p className="history-nothing">
      No race has been run yet. <Link href="/">Run the first one</Link>; it needs no key.
    </p>
  )
}

function Problem({ message, onRetry }: { message: string; onRetry: () => void }) {
  return (
    <div className="note note-bad" role="alert">
      <p>The history could not be read. {message}</p>
      <button type="button" className="button-plain" onClick={onRetry}>
        Try again
      </button>
    </div>
  )
}
