/** The history's filters as the page's address holds them: a filtered list can be bookmarked and sent to somebody. */
import { isTagText, type RaceQuery, type RaceStatus, raceStatuses, tagsMax } from '@drag-race/contracts'

export type RaceFilters = Pick<RaceQuery, 'model' | 'category' | 'status' | 'text' | 'tag'>

/** The limit of the API. */
const textCharsMax = 200

/** What the address lacks, or holds in a wrong form, filters nothing. */
export function readFilters(search: URLSearchParams): RaceFilters {
  const filters: RaceFilters = {}
  for (const name of ['model', 'category', 'text'] as const) {
    const value = search.get(name)?.slice(0, textCharsMax)
    if (value) filters[name] = value
  }
  const tag = readTags(search)
  if (tag.length > 0) filters.tag = tag
  const status = search.get('status')
  if (isStatus(status)) filters.status = status
  return filters
}

export function readTags(search: URLSearchParams): string[] {
  return search.getAll('tag').filter(isTagText).slice(0, tagsMax)
}

export function toSearch(filters: RaceFilters): URLSearchParams {
  const search = new URLSearchParams()
  for (const name of ['text', 'model', 'category', 'status'] as const) {
    const value = filters[name]
    if (value) search.set(name, value.slice(0, textCharsMax))
  }
  for (const text of filters.tag ?? []) search.append('tag', text)
  return search
}

export function isFiltered(filters: RaceFilters): boolean {
  return toSearch(filters).size > 0
}

function isStatus(value: string | null): value is RaceStatus {
  return raceStatuses.some((status) => status === value)
}
