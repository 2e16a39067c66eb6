/**
 * Calls that have ended, packed for the thread of the books: all their numbers in one array, money in pico-dollars, and
 * each text once. Objects or JSON that wait for a tenth of a second would be moved twice by the garbage collector. Here
 * all but the texts lies outside its heap, and nothing has to be serialised.
 *
 * The journal keeps them in the file in this form: if it changes, the journal must still read what was there before.
 */
import { type AttemptRecord, isUnpriced } from '../ledger/attempt-record.ts'
import { toPico } from '../ledger/money.ts'
import type { CallRecord, Outcome } from '../ledger/record.ts'
import type { BookedAttempt, BookedCall } from './messages.ts'

export interface PackedCalls {
  count: number
  /** For each call `callNumbers`, followed by `attemptNumbers` for each of its attempts. NaN stands for null. */
  numbers: Float64Array
  /** Each text is named in `numbers` by its index here. */
  texts: string[]
}

export interface Packer {
  /** How many calls it holds. */
  readonly count: number
  /** Its caller is known. */
  add(record: CallRecord): void
  /** Returns what the packer holds, and empties it. */
  take(): PackedCalls
}

const callNumbers = 13
const attemptNumbers = 13
/** Enough for a tenth of a second of a quiet gateway. Under load the array grows to the size of a batch. */
const lengthFirst = 16 * (callNumbers + attemptNumbers)

export function createPacker(): Packer {
  let count = 0
  let numbers = new Float64Array(lengthFirst)
  let length = 0
  let texts: string[] = []
  let places = new Map<string, number>()

  const placeOf = (text: string): number => {
    const known = places.get(text)
    if (known !== undefined) return known
    places.set(text, texts.length)
    return texts.push(text) - 1
  }
  const placeOrNull = (text: string | null): number => (text === null ? Number.NaN : placeOf(text))

  const addAttempt = (attempt: AttemptRecord, at: number) => {
    const { usage, costUsd } = attempt
    numbers[at] = placeOf(attempt.target)
    numbers[at + 1] = placeOf(attempt.provider)
    numbers[at + 2] = placeOf(attempt.responseModel)
    numbers[at + 3] = placeOf(attempt.outcome)
    numbers[at + 4] = attempt.status ?? Number.NaN
    numbers[at + 5] = usage?.inputTokens ?? Number.NaN
    numbers[at + 6] = usage?.outputTokens ?? Number.NaN
    numbers[at + 7] = usage?.reasoningTokens ?? Number.NaN
    numbers[at + 8] = usage?.cachedTokens ?? Number.NaN
    numbers[at + 9] = usage?.cacheWriteTokens ?? Number.NaN
    numbers[at + 10] = costUsd === null ? Number.NaN : toPico(costUsd)
    numbers[at + 11] = Number(isUnpriced(attempt))
    numbers[at + 12] = Number(usage?.source === 'tokenizer')
  }

  return {
    get count() {
      return count
    },
    add(record) {
      const { attempts, hold } = record
      const { id, tenant } = record.identity!
      const needed = length + callNumbers + attempts.length * attemptNumbers
      if (needed > numbers.length) {
        const larger = new Float64Array(Math.max(needed, numbers.length * 2))
        larger.set(numbers)
        numbers = larger
      }
      const at = length
      // A request id is unlike every other text: it need not be looked up.
      numbers[at] = texts.push(record.requestId) - 1
      numbers[at + 1] = record.arrivedAtMs
      numbers[at + 2] = placeOf(id)
      numbers[at + 3] = placeOrNull(tenant)
      numbers[at + 4] = placeOf(JSON.stringify(record.tags))
      numbers[at + 5] = placeOrNull(record.requestModel)
      numbers[at + 6] = placeOf(record.operation)
      numbers[at + 7] = placeOf(toOutcomeText(record.outcome))
      numbers[at + 8] = record.status
      numbers[at + 9] = Number(record.isStream)
      numbers[at + 10] = record.durationMs
      numbers[at + 11] = Number(hold?.isSent ?? false)
      numbers[at + 12] = attempts.length
      length += callNumbers
      for (const attempt of attempts) {
        addAttempt(attempt, length)
        length += attemptNumbers
      }
      count++
    },
    take() {
      const packed = { count, numbers: numbers.slice(0, length), texts }
      count = 0
      length = 0
      texts = []
      places = new Map()
      return packed
    },
  }
}

export function unpackCalls({ count, numbers, texts }: PackedCalls): BookedCall[] {
  const calls: BookedCall[] = []
  let at = 0
  const next = () => numbers[at++]!
  const nextOrNull = () => {
    const number = next()
    return Number.isNaN(number) ? null : number
  }
  const text = () => texts[next()]!
  const textOrNull = () => {
    const place = nextOrNull()
    return place === null ? null : texts[place]!
  }
  const nextAttempt = (): BookedAttempt => ({
    target: text(),
    provider: text(),
    model: text(),
    outcome: text(),
    status: nextOrNull(),
    inputTokens: nextOrNull(),
    outputTokens: nextOrNull(),
    reasoningTokens: nextOrNull(),
    cachedTokens: nextOrNull(),
    cacheWriteTokens: nextOrNull(),
    costPico: nextOrNull(),
    isUnpriced: next() === 1,
    isEstimated: next() === 1,
  })
  while (calls.length < count) {
    const call: BookedCall = {
      requestId: text(),
      atMs: next(),
      caller: text(),
      tenant: textOrNull(),
      tags: JSON.parse(text()),
      model: textOrNull(),
      operation: text(),
      outcome: text(),
      status: next(),
      isStream: next() === 1,
      durationMs: next(),
      isHeld: next() === 1,
      attempts: [],
    }
    for (let left = next(); left > 0; left--) call.attempts.push(nextAttempt())
    calls.push(call)
  }
  return calls
}

function toOutcomeText(outcome: Outcome): string {
  return outcome.kind === 'failed' ? outcome.code : outcome.kind
}
