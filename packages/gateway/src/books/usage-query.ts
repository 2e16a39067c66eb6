/** `GET /admin/usage?by=tag:agent,model&from=2026-01-01&to=2026-02-01`: what is asked of the books, and what they answer. */
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
  /** Calls that arrived then or later; null for all. */
  fromMs: number | null
  /** And before that. */
  toMs: number | null
  /** As many of the rows, in their order, are passed over. */
  offset: number
}

export interface UsageFigures {
  calls: number
  /**
   * Calls with another end than a whole answer, those included whose caller left. Of a target or provider: calls that were
   * sent to it and had no whole answer from it, though another gave one.
   */
  errors: number
  /** With those passed over, because the target cannot carry the request. */
  attempts: number
  /** Those that were sent and had no whole answer, though the next one had. */
  failedAttempts: number
  inputTokens: number
  outputTokens: number
  reasoningTokens: number
  cachedTokens: number
  cacheWriteTokens: number
  /** null when no price is known of anything in it. */
  costUsd: number | null
  /** Calls that cost something which is not in `costUsd`, because nobody knows how much. */
  unpricedCalls: number
  /** Calls whose tokens or cost are in part an estimate, because their provider did not count. */
  estimatedCalls: number
}

export interface UsageAnswer {
  rows: ({ group: Record<string, string | number | null> } & UsageFigures)[]
  total: UsageFigures
  /** More rows follow, from `offset` and the number of these on; `total` counts all of them, whatever the page. */
  isCut: boolean
}

const byMax = 4

/** Throws `invalid_request`, which names what may be asked. */
export function readUsageQuery(search: URLSearchParams): UsageQuery {
  checkNames(search, ['by', 'from', 'to', 'offset'])
  // Repeated, or with commas: clients write lists either way.
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
    `\`by\` cannot be ${JSON.stringify(text.slice(0, 100))}: it is one or several of ${dimensions.join(', ')} and tag:<name>, with commas between. A comma within a name is written %2C, a percent sign %25, and clients encode that once more.`,
  )
}

/** `metadata` may have any name. Nothing but these two is decoded, so that other names are as they were written. */
function readTagName(text: string): string {
  return text.replace(/%2C|%25/gi, decodeURIComponent).toLowerCase()
}

/** Date.parse would take 30 February for 2 March. */
const Time = z.union([
  z.iso.date(),
  z.iso.datetime({ offset: true }),
  z.iso.datetime({ offset: true, precision: -1 }),
])
const ends = { from: 'Calls that arrived at it are in the answer.', to: 'Calls that arrived at it are not.' }

/** A date is its first moment in UTC. */
function readTime(search: URLSearchParams, name: 'from' | 'to'): number | null {
  const text = readOnce(search, name)
  if (text === null) return null
  // The + of a zone is a space where nobody wrote %2B, and a time has no other place for one.
  const time = Time.safeParse(text.replace(' ', '+'))
  if (time.success) return Date.parse(time.data)
  throw refuseQuery(
    `\`${name}\` is no time: write a day that the calendar has (2026-01-31) or a moment with its zone (2026-01-31T12:00:00Z). ${ends[name]}`,
  )
}
