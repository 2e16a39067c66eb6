/** `GET /admin/usage?by=tag:agent,model&from=2026-01-01&to=2026-02-01`: the question to the books, and their answer. */
import { z } from 'zod'
import { checkNames, readOffset, readOnce, refuseQuery } from '../read-query.ts'
import { tagNameCharsMax } from '../tags.ts'

export const dimensions = [
  'caller',
  'tenant',
  'model',
  'operation',
  'target',
  'provider',
  'status',
  'outcome',
  'day',
  'hour',
] as const
export type Dimension = (typeof dimensions)[number] | `tag:${string}`

export interface UsageQuery {
  by: Dimension[]
  /** Only calls that arrived at this time or later; null: no limit. */
  fromMs: number | null
  /** Only calls that arrived before this time; null: no limit. */
  toMs: number | null
  /** How many rows to skip. */
  offset: number
}

export interface UsageFigures {
  calls: number
  /**
   * Calls that ended without a whole answer, also because the caller left. In rows of a target or provider: calls that
   * were sent to it and got no whole answer from it, even if another target then gave one.
   */
  errors: number
  /** Including those that were skipped because the target cannot carry the request. */
  attempts: number
  /** Attempts that were sent and got no whole answer, even if the next one did. */
  failedAttempts: number
  inputTokens: number
  outputTokens: number
  reasoningTokens: number
  cachedTokens: number
  cacheWriteTokens: number
  /** null when nothing in the row has a known price. */
  costUsd: number | null
  /** Calls with a cost that is not in `costUsd`, because its price is not known. */
  unpricedCalls: number
  /** Calls whose tokens or cost are partly an estimate, because their provider did not count. */
  estimatedCalls: number
}

export interface UsageAnswer {
  rows: ({ group: Record<string, string | number | null> } & UsageFigures)[]
  total: UsageFigures
  /** More rows follow: the next `offset` is this one plus the number of these rows. `total` covers all rows. */
  isCut: boolean
}

const byMax = 4

/** Throws `invalid_request`, which says what can be asked. */
export function readUsageQuery(search: URLSearchParams): UsageQuery {
  checkNames(search, ['by', 'from', 'to', 'offset'])
  // A list can be written with commas or as several `by`, because clients do either.
  const by = search
    .getAll('by')
    .flatMap((each) => each.split(','))
    .filter((each) => each !== '')
  if (by.length > byMax) throw refuseQuery(`\`by\` takes at most ${byMax} at once.`)
  const fromMs = readTime(search, 'from')
  const toMs = readTime(search, 'to')
  if (fromMs !== null && toMs !== null && fromMs >= toMs) throw refuseQuery('`from` must lie before `to`.')
  return { by: [...new Set(by.map(readDimension))], fromMs, toMs, offset: readOffset(search) }
}

function readDimension(text: string): Dimension {
  const known = dimensions.find((dimension) => dimension === text)
  if (known) return known
  const tag = text.startsWith('tag:') ? readTagName(text.slice('tag:'.length)) : ''
  if (tag.length > 0 && tag.length <= tagNameCharsMax) return `tag:${tag}`
  throw refuseQuery(
    `\`by\` cannot be ${JSON.stringify(text.slice(0, 100))}: it is one or more of ${dimensions.join(', ')} and tag:<name>, separated by commas. Within a name, write a comma as %2C and a percent sign as %25, and then encode the parameter as usual.`,
  )
}

/** Names in `metadata` can contain anything. Only these two are decoded, so that all other names stay as written. */
function readTagName(text: string): string {
  return text.replace(/%2C|%25/gi, decodeURIComponent).toLowerCase()
}

/** Date.parse would take 30 February for 2 March. */
const Time = z.union([
  z.iso.date(),
  z.iso.datetime({ offset: true }),
  z.iso.datetime({ offset: true, precision: -1 }),
])
const ends = {
  from: 'Calls that arrived exactly then are included.',
  to: 'Calls that arrived exactly then are not.',
}

/** A date means its first moment in UTC. */
function readTime(search: URLSearchParams, name: 'from' | 'to'): number | null {
  const text = readOnce(search, name)
  if (text === null) return null
  // The + of a time zone arrives as a space if it was not written %2B. A time contains no other space.
  const time = Time.safeParse(text.replace(' ', '+'))
  if (time.success) return Date.parse(time.data)
  throw refuseQuery(
    `\`${name}\` is not a valid time: write an existing day (2026-01-31) or a moment with its time zone (2026-01-31T12:00:00Z). ${ends[name]}`,
  )
}
