/**
 * Who wins, and how sure that is: a table whose intervals are on one scale; how strong each model is, and against whom;
 * the rates against the figure that decided them, and first tokens over time. What is shown is in the address.
 */
import './leaderboard-page.css'
import type { Leaderboard, LeaderboardQuery } from '@drag-race/contracts'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { lazy, Suspense } from 'react'
import { Link, useSearchParams } from 'wouter'
import { Guard } from '../guard.tsx'
import { readJson } from '../read-json.ts'
import { usePageTitle } from '../use-page-title.ts'
import { BoardFilters } from './board-filters.tsx'
import { isFiltered, parseBoardQuery, toSearchParams, wholeBoard } from './board-query.ts'
import { BoardTable } from './board-table.tsx'
import {
  answeredText,
  estimatedText,
  preliminaryText,
  rateText,
  toAskedText,
  toClockText,
  toEmptyText,
  toLeftOutText,
} from './board-words.ts'
import { CategoryTable } from './category-table.tsx'
import { HeadToHeadTable } from './head-to-head.tsx'
import { HowComputed } from './how-computed.tsx'
import { keepPair } from './pair-choice.ts'
import { PairedDifferences } from './paired-difference.tsx'
import { PercentileTable } from './percentile-table.tsx'
import { RatingTable } from './rating-table.tsx'

/** Recharts is most of this page's weight; the table does not wait for it. */
const Charts = lazy(async () => ({ default: (await import('./charts.tsx')).Charts }))

export function LeaderboardPage() {
  usePageTitle('Leaderboard')
  const [params, setParams] = useSearchParams()
  const query = parseBoardQuery(params)
  const board = useLeaderboard(query)
  const change = (part: Partial<LeaderboardQuery>) =>
    setParams(keepPair(toSearchParams({ ...query, ...part }), params), { replace: true })
  return (
    <div className="page board-page">
      <h1>Leaderboard</h1>
      <p className="page-lede">Who wins, by the finish line of your choice, and how sure that is.</p>
      <BoardFilters query={query} onChange={change} />
      {board.error && (
        <p className="note note-bad" role="alert">
          {board.error.message}{' '}
          <button type="button" className="button-plain" onClick={() => void board.refetch()}>
            Try again
          </button>
        </p>
      )}
      {board.isPending && <p className="dim">Loading …</p>}
      {board.data && (
        <Board
          board={board.data}
          query={query}
          onWiden={() =>
            change({ category: undefined, stream: undefined, span: wholeBoard.span, tag: undefined })
          }
        />
      )}
    </div>
  )
}

function useLeaderboard(query: LeaderboardQuery) {
  const asked = toSearchParams(query).toString()
  return useQuery({
    queryKey: ['leaderboard', asked],
    queryFn: ({ signal }) => readJson<Leaderboard>(`/api/leaderboard?${asked}`, { signal }),
    // The old board stays until the new one is there, so that a choice does not move the page.
    placeholderData: keepPreviousData,
  })
}

interface BoardProps {
  board: Leaderboard
  query: LeaderboardQuery
  onWiden: () => void
}

function Board({ board, query, onWiden }: BoardProps) {
  const leftOut = toLeftOutText(board.leftOut)
  const clock = toClockText(board)
  const asked = toAskedText(board)
  if (board.rows.length === 0) return <Empty query={query} leftOut={leftOut} onWiden={onWiden} />
  return (
    <>
      <BoardTable board={board} />
      <div className="board-notes">
        <p>
          {rateText} {answeredText}
          {board.rows.some(({ isPreliminary }) => isPreliminary) && ` ${preliminaryText}`}
          {board.rows.some(({ isEstimated }) => isEstimated) && ` ${estimatedText}`}
        </p>
        {clock && <p>{clock}</p>}
        {asked && <p>{asked}</p>}
        {leftOut && <p>{leftOut}</p>}
      </div>
      <div className="board-statistics">
        <RatingTable rows={board.rows} />
        <div className="board-column">
          <PairedDifferences board={board} query={query} />
          <PercentileTable rows={board.rows} />
        </div>
        <CategoryTable board={board} />
        <HeadToHeadTable board={board} />
      </div>
      <Guard what="The charts">
        <Suspense fallback={<p className="board-charts board-charts-coming dim">Loading charts …</p>}>
          <Charts board={board} />
        </Suspense>
      </Guard>
      <HowComputed />
    </>
  )
}

interface EmptyProps extends Omit<BoardProps, 'board'> {
  leftOut: string
}

function Empty({ query, leftOut, onWiden }: EmptyProps) {
  const { what, todo } = toEmptyText(query)
  return (
    <section className="board-empty" aria-labelledby="board-empty">
      <h2 id="board-empty">{what}</h2>
      <p>{todo}</p>
      {leftOut && <p className="dim">{leftOut}</p>}
      <p className="board-ways">
        <Link href="/">Go to the start line</Link>
        {isFiltered(query) && (
          <button type="button" className="button-plain" onClick={onWiden}>
            Show all races
          </button>
        )}
      </p>
    </section>
  )
}
