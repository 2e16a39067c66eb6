/** Answers that were cut, in words: a short answer ends early, so a winner's cut is named with the verdict. */
import { type LaneState, type RaceState, toAnswerCut } from '@drag-race/contracts'
import { toCount } from '../look/figures.ts'
import { toLaneName, toLaneNames } from './lane-names.ts'

/** The mark beside a lane. */
export const cutMark = 'answer cut'

export function isAnswerCut({ outcome }: LaneState): boolean {
  return outcome?.kind === 'done' && toAnswerCut(outcome.event.finishReason) !== null
}

/** `at its limit of 10 tokens`, `at the model’s own limit`, `by a content filter`; null where nothing was cut. */
export function toCutText(
  { request }: RaceState,
  { lane, outcome }: LaneState,
  whose = 'its',
): string | null {
  const done = outcome?.kind === 'done' ? outcome.event : null
  const cut = toAnswerCut(done?.finishReason)
  if (cut === null) return null
  if (cut === 'filter') return 'by a content filter'
  const limit = request?.lanes[lane]?.params?.maxTokens
  // Our own count can be half of the provider's: it cannot tell which limit was reached.
  if (limit === undefined || done?.usage.source !== 'usage') return 'at a length limit'
  if (!hasReached(done.usage.outputTokens, limit)) return 'at the model’s own limit'
  return `at ${whose} limit of ${toCount(limit)} ${limit === 1 ? 'token' : 'tokens'}`
}

/** Some providers do not count the token that ends the answer, and Gemini's count can be a few percent short. */
function hasReached(outputTokens: number, limit: number): boolean {
  return outputTokens >= limit - Math.max(1, limit / 10)
}

/**
 * A sentence for each way in which answers were cut, a single one where all were cut alike; '' where none was, and in a
 * race to the first token, which a cut does not affect.
 */
export function toCutSentences(state: RaceState): string {
  if (state.request?.finish === 'first-token') return ''
  const finishers = state.lanes.filter(({ sentinel, outcome }) => !sentinel && outcome?.kind === 'done')
  const groups = Map.groupBy(finishers, (lane) => toCutText(state, lane, 'their'))
  return [...groups]
    .map(([words, lanes]) => {
      const [first] = lanes
      if (words === null || first === undefined) return ''
      if (lanes.length === 1)
        return ` ${toLaneName(state, first.lane)}’s answer was cut ${toCutText(state, first)}.`
      if (lanes.length === finishers.length) return ` All answers were cut ${words}.`
      const numbers = lanes.map(({ lane }) => lane)
      return ` The answers of ${toLaneNames(state, numbers)} were cut ${words}.`
    })
    .join('')
}
