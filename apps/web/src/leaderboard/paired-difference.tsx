/**
 * How far two models are apart, over the races that both ran: the difference within each race, its median, and how sure
 * that is.
 */
import './statistics.css'
import type { Leaderboard, LeaderboardQuery, LeaderboardRow, Paired } from '@drag-race/contracts'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useSearchParams } from 'wouter'
import { readJson } from '../read-json.ts'
import { toLeftOutText } from './board-words.ts'
import { choosePair, keepPair, type Pair, swapInto, toPairedParams } from './pair-choice.ts'
import { pairedFigures, toClockText, toPairedWords } from './paired-words.ts'

interface PairedDifferencesProps {
  board: Leaderboard
  query: LeaderboardQuery
}

export function PairedDifferences({ board, query }: PairedDifferencesProps) {
  const [params, setParams] = useSearchParams()
  const { rows } = board
  const pair = choosePair(board, params)
  if (!pair) return null
  const choose = (side: keyof Pair, model: string) =>
    setParams(keepPair(params, new URLSearchParams({ ...swapInto(pair, side, model) })), { replace: true })
  return (
    <section className="board-section" aria-labelledby="paired">
      <h2 id="paired">Two models, race by race</h2>
      <p className="chart-about">
        The difference within each race that both ran: its median, and a 95 % interval to which the clock’s
        margin is added on both sides of times and speeds.
      </p>
      <div className="paired-models">
        <ModelChoice label="A" models={rows} chosen={pair.a} onChoose={(model) => choose('a', model)} />
        <ModelChoice label="B" models={rows} chosen={pair.b} onChoose={(model) => choose('b', model)} />
      </div>
      <Differences query={query} pair={pair} />
    </section>
  )
}

interface ModelChoiceProps {
  label: string
  models: readonly LeaderboardRow[]
  chosen: string
  onChoose: (model: string) => void
}

function ModelChoice({ label, models, chosen, onChoose }: ModelChoiceProps) {
  return (
    <label className="paired-model">
      <span className="dim">{label}</span>
      <select
        className="field"
        value={chosen}
        onChange={(event) => onChoose(event.currentTarget.value)}
        aria-label={`Model ${label}`}
      >
        {models.map(({ model }) => (
          <option key={model}>{model}</option>
        ))}
      </select>
    </label>
  )
}

function Differences({ query, pair }: { query: LeaderboardQuery; pair: Pair }) {
  const asked = toPairedParams(query, pair)
  const { data, error } = useQuery({
    queryKey: ['leaderboard', 'paired', asked],
    queryFn: ({ signal }) => readJson<Paired>(`/api/leaderboard/paired?${asked}`, { signal }),
    placeholderData: keepPreviousData,
  })
  const problem = error && (
    <p className="note note-bad" role="alert">
      {error.message}
    </p>
  )
  if (!data) return problem ?? <p className="dim paired-coming">Loading …</p>
  const leftOut = toLeftOutText(data.leftOut)
  return (
    <>
      {problem}
      <dl className="paired-figures" aria-live="polite">
        {pairedFigures.map(({ figure, name }) => {
          const { finding, ground } = toPairedWords(data, figure)
          const clock = toClockText(data[figure], figure)
          return (
            <div key={figure}>
              <dt>{name}</dt>
              <dd>
                <span className="paired-finding">{finding}</span>
                <span className="paired-ground">
                  {ground}
                  {clock && `, clock ${clock}`}
                </span>
              </dd>
            </div>
          )
        })}
      </dl>
      <p className="chart-about">
        {data.races === 1 ? 'Both ran in 1 race' : `Both ran in ${data.races} races`}; n are those in which
        both answered. {leftOut}
      </p>
    </>
  )
}
