/** `/race/:id/replay`: a race of the history, played from its tape. */
import { useEffect, useMemo } from 'react'
import { Link } from 'wouter'
import { AfterRace } from '../after-race/after-race.tsx'
import { useGoneFromLists } from '../history/use-races.ts'
import { isGone } from '../read-json.ts'
import { usePageTitle } from '../use-page-title.ts'
import { createPlayer } from './player.ts'
import type { Reel } from './reel.ts'
import { ReplayScreen } from './replay-screen.tsx'
import { useReel } from './use-tape.ts'
import '../race/race-page.css'
import '../race/start-bar.css'

export function ReplayPage({ id }: { id: string }) {
  const reel = useReel(id)
  if (reel.data) return <Replay key={id} id={id} reel={reel.data} />
  if (!reel.error) return <p className="page dim">Reading the tape …</p>
  return <NotReplayed id={id} problem={reel.error} />
}

function NotReplayed({ id, problem }: { id: string; problem: Error }) {
  usePageTitle('This race cannot be replayed')
  useGoneFromLists(problem)
  return (
    <div className="page">
      <h1>This race cannot be replayed</h1>
      <p className="page-lede">{problem.message}</p>
      <p>
        {isGone(problem) ? (
          <>
            Look in the <Link href="/history">history</Link>.
          </>
        ) : (
          <>
            Go to the <Link href={`/race/${id}`}>race</Link> or look in the{' '}
            <Link href="/history">history</Link>.
          </>
        )}
      </p>
    </div>
  )
}

function Replay({ id, reel }: { id: string; reel: Reel }) {
  const player = useMemo(() => {
    const requestFrame = (callback: (nowMs: number) => void) => void requestAnimationFrame(callback)
    return createPlayer(reel, { requestFrame, startAt: 'start' })
  }, [reel])
  useEffect(() => {
    const { play, pause } = player.getState()
    // With reduced motion nothing plays until the button is pressed.
    if (!matchMedia('(prefers-reduced-motion: reduce)').matches) play()
    return pause
  }, [player])
  return (
    <div className="replay-page race-main">
      <ReplayScreen player={player}>
        <span className="replay-mark">Replay</span>
        <Link href={`/race/${id}`}>The race</Link>
        <AfterRace raceId={id} />
      </ReplayScreen>
    </div>
  )
}
