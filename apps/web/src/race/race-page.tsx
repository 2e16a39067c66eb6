/**
 * The race page: the setup of a race, the race, and its tape afterwards, all on one page. The address says which race
 * is shown, its tape whether it still runs.
 */
import './race-page.css'
import { useLayoutEffect } from 'react'
import { Link } from 'wouter'
import { useGoneFromLists } from '../history/use-races.ts'
import { type ApiProblem, isGone } from '../read-json.ts'
import { TelemetryPanel } from '../telemetry/telemetry-panel.tsx'
import { usePageTitle } from '../use-page-title.ts'
import { Announcer } from './announcer.tsx'
import { RaceScreen } from './race-screen.tsx'
import { SetupScreen } from './setup-screen.tsx'
import { theRace, useRace } from './the-race.ts'

export function RacePage({ id }: { id: string | null }) {
  useLayoutEffect(() => {
    const { feed, following, origin, open, leave } = theRace.getState()
    if (id !== null && following !== id) open(id)
    const isStarting = origin === 'start' && (feed.state === 'asking' || feed.state === 'refused')
    if (id === null && !isStarting) leave()
  }, [id])

  return (
    <div className="race-page">
      <div className="race-main">
        <RaceBody id={id} />
      </div>
      <TelemetryPanel />
      <LiveAnnouncer />
    </div>
  )
}

/** A component of its own, because it alone renders with every change of the race. */
function LiveAnnouncer() {
  return <Announcer race={useRace(({ race }) => race)} />
}

function RaceBody({ id }: { id: string | null }) {
  const hasRace = useRace(({ race }) => race.raceId !== null)
  const feed = useRace((store) => store.feed)
  if (hasRace) return <RaceScreen />
  if (id === null) return <SetupScreen />
  if (feed.state !== 'refused') {
    const isAway = feed.state === 'reconnecting'
    return (
      <p className="race-loading race-reading dim">
        {isAway ? 'The app does not answer. Trying again …' : 'Reading the tape …'}
      </p>
    )
  }
  return <NotShown problem={feed.problem} />
}

function NotShown({ problem }: { problem: ApiProblem }) {
  const headline = isGone(problem) ? 'No such race' : 'This race cannot be shown'
  useGoneFromLists(problem)
  usePageTitle(headline)
  return (
    <div className="race-loading">
      <h1>{headline}</h1>
      <p className="page-lede">{problem.message}</p>
      <p>
        <Link href="/">New race</Link> or look in the <Link href="/history">history</Link>.
      </p>
    </div>
  )
}
