/** The board's sentences: what a rate means, what is left out of it, and what to do when the board is empty. */
import type { Leaderboard, LeaderboardQuery, LeaderboardRow } from '@drag-race/contracts'
import { dash, toCount, toMargin, toPercentRange } from '../look/figures.ts'
import { isFiltered } from './board-query.ts'

export const rateText =
  'Win rate = (wins + a share of dead heats, 1/k for k models) / races; where a model ran in several lanes of a race, each of them counts in turn, never against each other. The line is its 95 % interval (Wilson); rows are sorted by its lower end. Tokens out, times, speed and cost are medians of the whole answers that this board ranks; a decode speed is a dash where half of them or more came too quickly for the clock.'

export const estimatedText =
  '≈: for some answers no usage came, or a part of their reasoning was hidden, and our tokenizer counted their tokens. By decode speed and cost they are ranked together with those that their providers counted.'

export const preliminaryText = 'A hollow dot is preliminary: under 30 races.'

/** How good the clock was; `''` when nobody measured it. */
export function toClockText({
  marginMs,
  disturbedRaces,
}: Pick<Leaderboard, 'marginMs' | 'disturbedRaces'>): string {
  if (marginMs === null) return ''
  const clock = `The clock in these races: ${toMargin(marginMs)} (median). No time in this table is more exact than that.`
  if (disturbedRaces === 0) return clock
  const are = disturbedRaces === 1 ? 'race was' : 'races were'
  return `${clock} ${toCount(disturbedRaces)} ${are} disturbed: there the time by which the sockets were read late is added to the margin.`
}

/** `''` where all lanes of each race were asked alike. */
export function toAskedText({
  askedDifferentlyRaces: races,
}: Pick<Leaderboard, 'askedDifferentlyRaces'>): string {
  if (races === 0) return ''
  return `In ${toCount(races)} of these races not all lanes were asked with the same settings, such as max tokens, or the same system prompt: read total times together with tokens out.`
}

export const answeredText =
  'Answered: of the lanes that nobody stopped by hand, those that brought a whole answer, also in races that nobody won; below it the 95 % interval (Wilson).'

/** `26 of 29`; a dash where all were stopped by hand. */
export function toAnsweredText({
  reliability: { answered, calls },
}: Pick<LeaderboardRow, 'reliability'>): string {
  return calls === 0 ? dash : `${toCount(answered)} of ${toCount(calls)}`
}

/** `74 to 96 %`; `''` where all were stopped by hand. */
export function toAnsweredInterval({
  reliability: { calls, low, high },
}: Pick<LeaderboardRow, 'reliability'>): string {
  return calls === 0 ? '' : toPercentRange(low, high)
}

/** `58 to 87 %` */
export function toIntervalText({
  winRateLow,
  winRateHigh,
}: Pick<LeaderboardRow, 'winRateLow' | 'winRateHigh'>): string {
  return toPercentRange(winRateLow, winRateHigh)
}

/** One line, or `''` when nothing is left out. Reasons come most frequent first. */
export function toLeftOutText(leftOut: Leaderboard['leftOut']): string {
  const [only] = leftOut
  if (only === undefined) return ''
  const races = leftOut.reduce((sum, reason) => sum + reason.races, 0)
  const why =
    leftOut.length === 1 ? only.why : leftOut.map((one) => `${toCount(one.races)} ${one.why}`).join('; ')
  return `${toCount(races)} ${races === 1 ? 'race does' : 'races do'} not count: ${why}.`
}

export function toEmptyText(query: LeaderboardQuery): { what: string; todo: string } {
  return isFiltered(query)
    ? { what: 'No race counts under these choices.', todo: 'Widen them, or run a race that fits them.' }
    : {
        what: 'No race counts yet.',
        todo: 'Run a race of two different models: the first to finish opens the board.',
      }
}
