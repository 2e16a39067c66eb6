/** Why the last start failed; null when it did not. "The app is away" is said only until the app answers again. */
import { ApiProblem } from '../read-json.ts'
import { useRace } from './the-race.ts'

/** `appAnswers`: whether the app has answered since then; null when that is not known. */
export function useRefusal(appAnswers: boolean | null): ApiProblem | null {
  const problem = useRace(({ feed }) => (feed.state === 'refused' ? feed.problem : null))
  return problem?.code === 'unreachable' && appAnswers ? backAgain : problem
}

const backAgain = new ApiProblem(
  'back_again',
  0,
  'The app did not answer before, but it does now. Start the race again.',
)
