/**
 * What the board is asked, kept in the page's address, so that a view can be sent to somebody. Defaults stay out of the
 * address, and a value that cannot be chosen (in an old link, or typed) falls back to its default, without the others.
 */
import { LeaderboardQuery } from '@drag-race/contracts'
import { readTags } from '../history/race-filters.ts'

export const wholeBoard: LeaderboardQuery = LeaderboardQuery.parse({})

export function parseBoardQuery(params: URLSearchParams): LeaderboardQuery {
  const asked = names.flatMap((name) => {
    const value = params.get(name)
    if (!value || !LeaderboardQuery.safeParse({ [name]: value }).success) return []
    return [[name, value]]
  })
  const tag = readTags(params)
  return LeaderboardQuery.parse({ ...Object.fromEntries(asked), ...(tag.length > 0 && { tag }) })
}

export function toSearchParams(query: LeaderboardQuery): URLSearchParams {
  const params = new URLSearchParams()
  for (const name of names) {
    const value = query[name]
    if (value !== undefined && value !== wholeBoard[name]) params.set(name, value)
  }
  for (const tag of query.tag ?? []) params.append('tag', tag)
  return params
}

/** Does the query leave any race out? The measure alone does not. */
export function isFiltered({ category, stream, span, tag = [] }: LeaderboardQuery): boolean {
  return tag.length > 0 || category !== undefined || stream !== undefined || span !== wholeBoard.span
}

const names = ['by', 'category', 'stream', 'span'] as const
