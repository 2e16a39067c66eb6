/** The races that one can be compared with: those of its prompt first, then the newest others. */
import type { RaceDetail, RacePage, RaceSummary } from '@drag-race/contracts'
import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import { ArrivalPlates } from '../history/arrival-plates.tsx'
import { toSummaryWords } from '../history/summary-words.ts'
import { toFullTime, toMinute } from '../look/when.ts'
import { readJson } from '../read-json.ts'

/** Of each list; older races can be compared from the history. */
const racesMax = 20

export function ChooseOther({ race }: { race: RaceDetail }) {
  const same = useList(`samePromptAs=${encodeURIComponent(race.id)}`)
  const newest = useList('')
  const sameIds = new Set(same.data?.map(({ id }) => id))
  const others = newest.data?.filter(({ id }) => id !== race.id && !sameIds.has(id)) ?? []
  const problem = same.error ?? newest.error
  return (
    <>
      <p className="page-lede">
        Compare “<bdi>{race.prompt.replace(/\s+/g, ' ').slice(0, 120)}</bdi>” of {toFullTime(race.startedAt)}{' '}
        with which race?
      </p>
      {problem && <p className="note note-bad">{problem.message}</p>}
      <Choices title="Of the same prompt" races={same.data ?? []} one={race.id} />
      {same.data?.length === 0 && (
        <p className="dim">
          No other race of this prompt is kept. <Link href={`/race/${race.id}`}>Race it again</Link>, then
          compare.
        </p>
      )}
      {others.length > 0 && <Choices title="Of other prompts" races={others} one={race.id} />}
    </>
  )
}

function useList(search: string) {
  return useQuery({
    queryKey: ['races', 'to compare', search],
    queryFn: ({ signal }) => readJson<RacePage>(`/api/races?limit=${racesMax}&${search}`, { signal }),
    // A race that runs has no result to compare yet.
    select: ({ races }) => races.filter(({ status }) => status !== 'running'),
    staleTime: 0,
  })
}

function Choices({ title, races, one }: { title: string; races: readonly RaceSummary[]; one: string }) {
  return (
    <section className="compare-choices" aria-label={title}>
      <h2>{title}</h2>
      <ol>
        {races.map((race) => {
          const { word, by, who } = toSummaryWords(race)
          return (
            <li key={race.id}>
              <ArrivalPlates lanes={race.lanes.filter(({ sentinel }) => !sentinel)} />
              <Link href={`/compare/${one}/${race.id}`} className="ellipsis" dir="auto">
                {race.prompt.replace(/\s+/g, ' ').slice(0, 120) || 'Race without a prompt'}
              </Link>
              <span className="ellipsis">
                <strong>{word}</strong> {by} <span className="dim">{who}</span>
              </span>
              <time className="dim" dateTime={race.startedAt}>
                {toMinute(race.startedAt)}
                {race.origin === 'imported' && <em> imported</em>}
              </time>
            </li>
          )
        })}
      </ol>
    </section>
  )
}
