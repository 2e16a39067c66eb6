/**
 * `/compare/:one/:other`: two races lane by lane, with what differs and whether the clocks can tell. Without the other:
 * the races to choose from, those of the same prompt first.
 */
import './compare.css'
import type { LaneStartKind, LaneSummary, RaceDetail } from '@drag-race/contracts'
import { Link } from 'wouter'
import { useRaceDetail } from '../after-race/use-race-detail.ts'
import { toDisturbedText, toSummaryWords } from '../history/summary-words.ts'
import { toMargin } from '../look/figures.ts'
import { toFullTime } from '../look/when.ts'
import { usePageTitle } from '../use-page-title.ts'
import { ChooseOther } from './choose-other.tsx'
import { compareAsked } from './compare-asked.ts'
import { compareFigures } from './compare-figures.ts'
import { toLaneResult } from './lane-result.ts'
import { pairLanes } from './pair-lanes.ts'
import { PairTable } from './pair-table.tsx'
import { toUnequalStarts } from './unequal-starts.ts'

export function ComparePage({ one, other }: { one: string; other: string | null }) {
  usePageTitle('Compare')
  const first = useRaceDetail(one)
  const problem = first.error
  return (
    <div className="page">
      <h1>Compare</h1>
      {problem && <p className="note note-bad">{problem.message}</p>}
      {first.data && other === null && <ChooseOther race={first.data} />}
      {first.data && other !== null && <Compared one={first.data} otherId={other} />}
    </div>
  )
}

function Compared({ one, otherId }: { one: RaceDetail; otherId: string }) {
  const { data: other, error } = useRaceDetail(otherId)
  const problem = error && <p className="note note-bad">{error.message}</p>
  if (!other) return problem ?? <p className="dim">Reading the race …</p>
  const pairs = pairLanes(one.lanes.filter(isRanked), other.lanes.filter(isRanked))
  return (
    <>
      {problem}
      <p className="page-lede">
        A difference within the two margins together counts as none; where a clock was disturbed, the time
        that it was late is added to its margin. One race is one sample: what differs here need not differ
        tomorrow. The <Link href="/leaderboard">leaderboard</Link> compares many races.
      </p>
      {one.prompt !== other.prompt && (
        <p className="note compare-note">
          The prompts of these two races differ: their figures say little about each other.
        </p>
      )}
      <UnequalStarts starts={toUnequalStarts(one, other)} />
      <div className="compare-races">
        <RaceHead race={one} name="A" />
        <RaceHead race={other} name="B" />
        <p className="compare-other">
          <Link href={`/compare/${one.id}`}>Another race as B</Link>
          <Link href={`/compare/${other.id}/${one.id}`}>Swap A and B</Link>
        </p>
      </div>
      <div className="compare-pairs">
        {pairs.map((pair) => (
          <PairTable
            key={`${pair.one?.lane}-${pair.other?.lane}`}
            pair={pair}
            results={{
              one: pair.one && toLaneResult(pair.one, one),
              other: pair.other && toLaneResult(pair.other, other),
            }}
            figures={compareFigures(pair, one, other)}
            asked={compareAsked(pair, one, other)}
          />
        ))}
      </div>
    </>
  )
}

const holds: Record<LaneStartKind, string> = {
  cold: 'opening the connection and the gateway’s work on the request',
  warm: 'the gateway’s work on the request',
  prepared: 'neither the connection nor the gateway’s work on the request',
}

function UnequalStarts({ starts }: { starts: ReturnType<typeof toUnequalStarts> }) {
  if (!starts) return null
  const [one, other] = starts.map((kinds) => kinds.map((kind) => holds[kind]).join(', or '))
  return (
    <p className="note compare-note">
      Their lanes left in different ways. Times of A include {one}; those of B include {other}.
    </p>
  )
}

function RaceHead({ race, name }: { race: RaceDetail; name: string }) {
  const { word, by, who } = toSummaryWords(race)
  const disturbed = toDisturbedText(race.clock)
  return (
    <section className="compare-race" aria-label={`Race ${name}`}>
      <p className="compare-letter">{name}</p>
      <div>
        <Link href={`/race/${race.id}`} className="compare-prompt" dir="auto">
          {race.prompt.slice(0, 200) || 'Race without a prompt'}
        </Link>
        <p>
          <strong>{word}</strong> {by} <span className="dim">{who}</span>
        </p>
        <p className="dim">
          {toFullTime(race.startedAt)}, <span className="compare-margin">{toMargin(race.marginMs)}</span>
          {disturbed && <em>, {disturbed}</em>}
          {race.origin === 'imported' && <em className="compare-imported"> imported</em>}
        </p>
      </div>
    </section>
  )
}

/** A sentinel watches the clock: it is compared with nothing. */
function isRanked({ sentinel }: LaneSummary): boolean {
  return !sentinel
}
