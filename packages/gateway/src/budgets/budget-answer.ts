/** What a caller is told about a budget: its owner, its amount, what was spent, and when it begins anew. */
import type { Period } from '../books/period.ts'
import { GatewayError } from '../errors.ts'
import { toHeaderText } from '../header-text.ts'
import { toPrice } from '../ledger/money.ts'
import type { BudgetRule } from './budget-rule.ts'
import type { Counter } from './counters.ts'

/** For a longer wait there is no `Retry-After`: a client should then not wait and retry, but fail. */
const retryAfterMsMax = 3_600_000

export function toBudgetExceeded(rule: BudgetRule, counter: Counter, nowMs: number): GatewayError {
  const { endsAtMs } = counter
  const advice =
    endsAtMs === null
      ? 'It does not begin anew: ask for a larger one.'
      : `It begins anew at ${new Date(endsAtMs).toISOString().replace('.000Z', 'Z')}.`
  const restMs = endsAtMs === null ? Number.POSITIVE_INFINITY : Math.max(1, endsAtMs - nowMs)
  const headers: Record<string, string> =
    restMs <= retryAfterMsMax
      ? { 'retry-after': String(Math.ceil(restMs / 1000)) }
      : { 'x-should-retry': 'false' }
  return new GatewayError('budget_exceeded', `${toSentence(rule, counter)} ${advice}`, { headers })
}

export function toWarning(rule: BudgetRule, counter: Counter): string {
  return toHeaderText(toSentence(rule, counter))
}

export function toBooksUnavailable(): GatewayError {
  return new GatewayError(
    'books_unavailable',
    'What was spent of a hard budget cannot be read, so no call under it can pass. The log of the gateway says why; try again.',
    { retryAfterMs: 5_000 },
  )
}

/**
 * `caller search-team`, `tag agent crawler and tenant search`. Those who share a counter have one name for all. In a
 * sentence the beginning of a long name is enough; where owners are told apart it is whole.
 */
export function toOwner({ count, subject }: Pick<Counter, 'count' | 'subject'>, charsMax?: number): string {
  const values = JSON.parse(subject) as string[]
  return count.per
    .map((part, index) => `${part.replace(':', ' ')} ${(values[index] ?? '(others)').slice(0, charsMax)}`)
    .join(' and ')
}

const inWords: Record<Period, string> = {
  hour: 'an hour',
  day: 'a day',
  week: 'a week',
  month: 'a month',
  total: 'in total',
}

function toSentence({ pico, count: { period } }: BudgetRule, counter: Counter): string {
  const amount = `${toPrice(pico)} ${inWords[period]}`
  const reserved = counter.reserved > 0n ? ` and ${toPrice(counter.reserved)} reserved by running calls` : ''
  return `The budget of ${toOwner(counter, 100)} is used up: ${amount}, with ${toPrice(counter.spent)} spent${reserved}.`
}
