/**
 * The roll-up of the books. Money is summed as whole pico-dollars, in two parts (micro-dollars and the rest): one sum
 * of pico-dollars would exceed SQLite's 64 bits at nine million dollars.
 */
import { type Kysely, type RawBuilder, sql } from 'kysely'
import { toUsd } from '../ledger/money.ts'
import { dayMs, hourMs } from './period.ts'
import type { Schema } from './schema.ts'
import type { Dimension, UsageAnswer, UsageFigures, UsageQuery } from './usage-query.ts'

/** The most rows of an answer. */
const rowsMax = 1_000

export async function readUsage(db: Kysely<Schema>, query: UsageQuery): Promise<UsageAnswer> {
  const rows = await select(db, query, query.by)
  const [total] = await select(db, { ...query, offset: 0 }, [])
  return {
    rows: rows.slice(0, rowsMax).map((row) => ({ group: toGroup(row, query.by), ...toFigures(row) })),
    total: toFigures(total!),
    isCut: rows.length > rowsMax,
  }
}

/** The dearest first. Equal rows are ordered by their groups, so that each row is on exactly one page. */
async function select(
  db: Kysely<Schema>,
  { fromMs, toMs, offset }: UsageQuery,
  by: readonly Dimension[],
): Promise<Row[]> {
  const errors = by.some(isOfAttempts) ? errorsHere : errorsAtAll
  let calls = db
    .selectFrom('calls')
    .leftJoin('attempts', 'attempts.call_id', 'calls.id')
    .select([...figures, errors.as('errors')])
  if (fromMs !== null) calls = calls.where('calls.at_ms', '>=', fromMs)
  if (toMs !== null) calls = calls.where('calls.at_ms', '<', toMs)
  for (const [index, dimension] of by.entries()) {
    const column = columnOf(dimension)
    calls = calls.select(column.as(`by${index}`)).groupBy(column)
  }
  calls = calls.orderBy('micro', 'desc').orderBy('rest', 'desc').orderBy('calls', 'desc')
  for (const index of by.keys()) calls = calls.orderBy(sql.ref(`by${index}`))
  const rows = await calls
    .limit(rowsMax + 1)
    .offset(offset)
    .execute()
  return rows as unknown as Row[]
}

const sum = (column: string) => sql<number>`coalesce(sum(${sql.ref(`attempts.${column}`)}), 0)`
/** Counts a call once, however many of its attempts match. */
const callsWith = (condition: RawBuilder<unknown>) =>
  sql<number>`count(distinct case when ${condition} then calls.id end)`

const figures = [
  sql<number>`count(distinct calls.id)`.as('calls'),
  sql<number>`count(attempts.number)`.as('attempts'),
  sql<number>`count(case when attempts.outcome not in ('ok', 'not_carried') then 1 end)`.as('failedAttempts'),
  sum('input_tokens').as('inputTokens'),
  sum('output_tokens').as('outputTokens'),
  sum('reasoning_tokens').as('reasoningTokens'),
  sum('cached_tokens').as('cachedTokens'),
  sum('cache_write_tokens').as('cacheWriteTokens'),
  sql<number | null>`sum(attempts.cost_pico / 1000000)`.as('micro'),
  sql<number | null>`sum(attempts.cost_pico % 1000000)`.as('rest'),
  callsWith(sql`attempts.unpriced = 1`).as('unpricedCalls'),
  callsWith(sql`attempts.estimated = 1`).as('estimatedCalls'),
]

const errorsAtAll = callsWith(sql`calls.outcome <> 'ok'`)
/** A target has failed even if another one then answered the call. One to which nothing was sent has not. */
const errorsHere = sql<number>`${callsWith(
  sql`attempts.outcome <> 'not_carried' or (attempts.number is null and calls.outcome <> 'ok')`,
)} - ${callsWith(sql`attempts.outcome = 'ok'`)}`

type Row = Omit<UsageFigures, 'costUsd'> & { micro: number | null; rest: number | null } & Record<
    `by${number}`,
    string | number | null
  >

/** With such a dimension, a row can hold a part of a call. */
function isOfAttempts(dimension: Dimension): boolean {
  return dimension === 'target' || dimension === 'provider'
}

function columnOf(dimension: Dimension): RawBuilder<string | number | null> {
  switch (dimension) {
    case 'caller':
    case 'tenant':
    case 'model':
    case 'operation':
    case 'status':
    case 'outcome':
      return sql.ref(`calls.${dimension}`)
    case 'target':
    case 'provider':
      return sql.ref(`attempts.${dimension}`)
    case 'day':
      return sql`calls.at_ms / ${sql.lit(dayMs)}`
    case 'hour':
      return sql`calls.at_ms / ${sql.lit(hourMs)}`
    default: {
      // By comparison, not by a JSON path, because a name can contain any character.
      const name = dimension.slice('tag:'.length)
      return sql`(select value from json_each(calls.tags) where key = ${name})`
    }
  }
}

function toGroup(row: Row, by: readonly Dimension[]): Record<string, string | number | null> {
  return Object.fromEntries(by.map((dimension, index) => [dimension, toValue(dimension, row[`by${index}`]!)]))
}

function toValue(dimension: Dimension, value: string | number | null): string | number | null {
  if (dimension === 'day') return new Date(Number(value) * dayMs).toISOString().slice(0, 10)
  if (dimension === 'hour') return `${new Date(Number(value) * hourMs).toISOString().slice(0, 13)}:00Z`
  return value
}

function toFigures({ micro, rest, ...row }: Row): UsageFigures {
  const { calls, errors, attempts, failedAttempts, inputTokens, outputTokens, reasoningTokens } = row
  const { cachedTokens, cacheWriteTokens, unpricedCalls, estimatedCalls } = row
  // If there was nothing to pay, the cost is 0, not unknown.
  const nothing = unpricedCalls > 0 ? null : 0
  const costUsd = micro === null ? nothing : toUsd(BigInt(micro) * 1_000_000n + BigInt(rest ?? 0))
  return {
    ...{ calls, errors, attempts, failedAttempts, inputTokens, outputTokens, reasoningTokens },
    ...{ cachedTokens, cacheWriteTokens, costUsd, unpricedCalls, estimatedCalls },
  }
}
