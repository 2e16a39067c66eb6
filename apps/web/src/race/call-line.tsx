/** The state of the race in one large line: it runs, the connection is lost, or who won. */
import { usePageTitle } from '../use-page-title.ts'
import type { RaceStore } from './store.ts'
import { useRace } from './the-race.ts'
import { useRefusal } from './use-refusal.ts'
import { toRunningText, toVerdictText } from './verdict.ts'

/** `appAnswers`: whether the app answers now, after a lost connection or an unanswered start; null: not known. */
export function CallLine({ appAnswers }: { appAnswers: boolean | null }) {
  // Selects the words, not the race, which is a new object in every frame.
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
        {/* Read out when it changes; the race itself is read out by the announcer. */}
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
