/** What is to be said of the race now, in one large line: on the way, cut off, or who won. */
import { usePageTitle } from '../use-page-title.ts'
import type { RaceStore } from './store.ts'
import { useRace } from './the-race.ts'
import { useRefusal } from './use-refusal.ts'
import { toRunningText, toVerdictText } from './verdict.ts'

/** `appAnswers`: while the connection is lost, or a start was not answered; null when that is not known. */
export function CallLine({ appAnswers }: { appAnswers: boolean | null }) {
  // Words, not the race: it is another one in every frame, and they are not.
  const headline = useRace((store) => toCall(store).headline)
  const detail = useRace((store) => toCall(store).detail)
  const feed = useRace((store) => store.feed)
  const refusal = useRefusal(appAnswers)
  const isStopping = useRace((store) => store.isStopping)
  const stopProblem = useRace((store) => store.stopProblem)
  usePageTitle(headline)
  return (
    <>
      <h1 className="call-headline">{headline}</h1>
      <p className="call-detail">
        {feed.state !== 'reconnecting' && refusal === null && detail}
        {/* Read out when it changes; what the race itself has to say, the announcer does. */}
        <span role="status">
          {feed.state === 'reconnecting' && <span className="call-warning">{toLostText(appAnswers)}</span>}
          {refusal !== null && <span className="call-warning">{refusal.message}</span>}
          {isStopping && stopProblem === null && ' Stopping …'}
          {stopProblem !== null && <span className="call-warning"> Stop did not work: {stopProblem}</span>}
        </span>
      </p>
    </>
  )
}

function toLostText(appAnswers: boolean | null): string {
  switch (appAnswers) {
    case true:
      return 'Connection lost. The race goes on without us; reconnecting …'
    case false:
      return 'Connection lost, and the app does not answer: what had arrived is kept; reconnecting …'
    case null:
      return 'Connection lost; reconnecting …'
  }
}

function toCall({ race, feed }: RaceStore) {
  return toVerdictText(race) ?? toRunningText(race, feed.state === 'refused')
}
