/**
 * What the board is asked, kept in the page's address, so that a view can be sent to somebody. Defaults stay out of the
 * address, and what nobody can choose (an old link, a typed one) falls back to its default alone.
 */
import { LeaderboardQuery } from '@drag-race/contracts'

export const wholeBoard: LeaderboardQuery = LeaderboardQuery.parse({})

export function parseBoardQuery(params: URLSearchParams): LeaderboardQuery {
  const asked = names.flatMap((name) => {
    const value = params.get(name)
    if (!value || !LeaderboardQuery.safeParse({ [name]: value }).success) return []
    return [[name, value]]
  })
  return LeaderboardQuery.parse(Object.fromEntries(asked))
}

export function toSearchParams(query: LeaderboardQuery): URLSearchParams {
  const params = new URLSearchParams()
  for (const name of names) {
    const value = query[name]
    if (value !== undefined && value !== wholeBoard[name]) params.set(name, value)
  }
  return params
}

/** Does the query leave any race out? The measure alone does not. */
export function isFiltered({ category, stream, span }: LeaderboardQuery): boolean {
  return category !== undefined || stream !== undefined || span !== wholeBoard.span
}

const names = ['by', 'category', 'stream', 'span'] as const
