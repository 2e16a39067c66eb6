/** What is to be said of the race now, in one large line: on the way, cut off, or who won. */
import { usePageTitle } from '../use-page-title.ts'
import type { RaceStore } from './store.ts'
import { useRace } from './the-race.ts'
import { toRunningText, toVerdictText } from './verdict.ts'

export function CallLine() {
  // Words, not the race: it is another one in every frame, and they are not.
  const headline = useRace((store) => toCall(store).headline)
  const detail = useRace((store) => toCall(store).detail)
  const feed = useRace((store) => store.feed)
  const isStopping = useRace((store) => store.isStopping)
  const stopProblem = useRace((store) => store.stopProblem)
  usePageTitle(headline)
  return (
    <>
      <h1 className="call-headline">{headline}</h1>
      <p className="call-detail">
        {feed.state !== 'reconnecting' && feed.state !== 'refused' && detail}
        {/* Read out when it changes; what the race itself has to say, the announcer does. */}
        <span role="status">
          {feed.state === 'reconnecting' && (
            <span className="call-warning">Connection lost. The race goes on without us; reconnecting …</span>
          )}
          {feed.state === 'refused' && <span className="call-warning">{feed.problem.message}</span>}
          {isStopping && stopProblem === null && ' Stopping …'}
          {stopProblem !== null && <span className="call-warning"> Stop did not work: {stopProblem}</span>}
        </span>
      </p>
    </>
  )
}

function toCall({ race, feed }: RaceStore) {
  return toVerdictText(race) ?? toRunningText(race, feed.state === 'refused')
}
