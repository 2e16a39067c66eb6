/** Answers that were cut, in words: a short answer is soon whole, and who won by it is told with it. */
import { type LaneState, type RaceState, toAnswerCut } from '@drag-race/contracts'
import { toCount } from '../look/figures.ts'
import { toLaneName, toLaneNames } from './lane-names.ts'

/** Beside a lane. */
export const cutMark = 'answer cut'

export function isAnswerCut({ outcome }: LaneState): boolean {
  return outcome?.kind === 'done' && toAnswerCut(outcome.event.finishReason) !== null
}

/** `at its limit of 10 tokens`, `at the model’s own limit`, `by a content filter`; null of an answer that was not cut. */
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
  // An estimate may be half of the truth: it tells no limit.
  if (limit === undefined || done?.usage.source !== 'usage') return 'at a limit of length'
  if (!hasReached(done.usage.outputTokens, limit)) return 'at the model’s own limit'
  return `at ${whose} limit of ${toCount(limit)} ${limit === 1 ? 'token' : 'tokens'}`
}

/** Some providers leave out of the count the token that ends it, Gemini up to a few in a hundred. */
function hasReached(outputTokens: number, limit: number): boolean {
  return outputTokens >= limit - Math.max(1, limit / 10)
}

/**
 * A sentence for each way in which answers were cut, one alone where all were cut alike; '' where none was. Nothing of a
 * race to the first token, which a cut does not touch.
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
