/** Rules that change while calls run, and books that answer late or not at all. */
import { afterEach, expect, test, vi } from 'vitest'
import type { Count, Spent } from '../books/spending.ts'
import type { Call } from '../call.ts'
import { toPico } from '../ledger/money.ts'
import type { CallRecord } from '../ledger/record.ts'
import type { Target } from '../upstream/target.ts'
import { type BudgetRule, toBudgetRules, toJwtBudget, toKeyBudget } from './budget-rule.ts'
import { createBudgets } from './budgets.ts'
import { toBudgetsList } from './budgets-list.ts'
import { others } from './counters.ts'

afterEach(() => vi.useRealTimers())

const nowMs = Date.parse('2026-03-15T12:00:00Z')
const day = Date.parse('2026-03-15T00:00:00Z')
const perCaller = toBudgetRules([{ per: 'caller', usd: 3, period: 'day', mode: 'hard' }])
const perTenant = toBudgetRules([{ per: 'tenant', usd: 3, period: 'day', mode: 'hard' }])

function open(watch: (counts: readonly Count[]) => Promise<Spent[]>) {
  const budgets = createBudgets({
    books: {
      hold: () => null,
      watch(counts, onAsked) {
        onAsked(nowMs)
        return watch(counts)
      },
    },
    clock: { date: () => new Date(nowMs) },
    estimateCost: () => ({ pico: toPico(1), target: { name: 't', provider: 'custom' } as Target }),
    metrics: { refused() {}, warned() {}, unpriced() {} },
  })
  const begin = (rules: readonly BudgetRule[]) => {
    const call = {
      ...{ id: 'r', identity: { id: 'a', tenant: 't', budgets: rules }, tags: {}, arrivedAtDateMs: nowMs },
      ...{
        asked: { estimate: {} },
        route: { name: 'm', targets: [], contextLengthFallbacks: [] },
        budget: null,
      },
    } as unknown as Call
    budgets.reserve(call)
    return () =>
      budgets.settle(call, { identity: call.identity, costUsd: 1, attempts: [] } as unknown as CallRecord)
  }
  const configure = async (rules: readonly BudgetRule[]) => {
    await budgets.prepare(rules)
    budgets.use(rules)
  }
  return { budgets, configure, spend: (rules: readonly BudgetRule[]) => begin(rules)(), begin }
}

const spent = (pico: bigint, count = 'caller|day', subject = '["a"]'): Spent => ({
  ...{ count, startsAtMs: day, subject, pico },
})
const usd = (dollars: number) => BigInt(toPico(dollars))

test('what the books say was spent, and what is spent while they are asked, is added up', async () => {
  const { budgets, configure, spend } = open(async () => [])
  await configure(perCaller)
  spend(perCaller)
  const answer = Promise.withResolvers<Spent[]>()
  const second = open(() => answer.promise)
  const configured = second.configure(perTenant)
  // This call runs under the old rules, but is counted under the new ones too.
  second.spend([])
  answer.resolve([spent(usd(2), 'tenant|day', '["t"]')])
  await configured
  expect(() => second.spend(perTenant)).toThrow(
    'The budget of tenant t is used up: $3.00 a day, with $3.00 spent.',
  )
  expect(budgets.list()[0]?.counter.spent).toBe(usd(1))
})

test('a rule with another amount, or in another mode, keeps what was spent', async () => {
  let asked = 0
  // The books would say less, because the last calls might not be written yet.
  const { configure, spend } = open(async () => (asked++ === 0 ? [] : [spent(usd(1))]))
  await configure(perCaller)
  spend(perCaller)
  spend(perCaller)
  const smaller = toBudgetRules([{ per: ['caller'], usd: 1, period: 'day', mode: 'hard' }])
  await configure(smaller)
  expect(() => spend(smaller)).toThrow('$1.00 a day, with $2.00 spent')
})

test('while it is not known what was spent, calls under a hard budget are refused; all others pass', async () => {
  vi.useFakeTimers()
  let isBroken = true
  const { budgets, configure, spend } = open(async () => {
    if (isBroken) throw new Error('unable to open database file')
    return [spent(usd(2))]
  })
  await configure(perCaller)
  expect(budgets.problem()).toBe('what was spent of the budget policies[0] cannot be read')
  expect(() => spend(perCaller)).toThrow('no call under it can pass')
  spend([])
  const soft = toBudgetRules([{ per: 'caller', usd: 1, period: 'day', mode: 'soft' }])
  spend(soft)
  await configure(soft)
  expect(budgets.problem()).toBeNull()
  await configure(perCaller)

  isBroken = false
  await vi.advanceTimersByTimeAsync(2_000)
  expect(budgets.problem()).toBeNull()
  // Two dollars from the books, which contain all that was spent until then.
  expect(budgets.list()[0]?.counter.spent).toBe(usd(2))
  spend(perCaller)
  expect(() => spend(perCaller)).toThrow('is used up')
})

test('a call is settled once, whatever is configured in between', async () => {
  const { budgets, configure, begin } = open(async () => [])
  await configure(perCaller)
  const end = begin(perCaller)
  await configure([])
  await configure(perCaller)
  end()
  expect(budgets.list().map(({ counter }) => [counter.spent, counter.reserved])).toEqual([[usd(1), 0n]])
})

test('an edit counts nothing twice while the books are asked about the edit before it', async () => {
  const answers = [Promise.withResolvers<Spent[]>(), Promise.withResolvers<Spent[]>()]
  let asked = 0
  const { budgets, configure } = open(() => answers[asked++]?.promise ?? Promise.resolve([]))
  const first = budgets.prepare(perCaller)
  const second = configure([...perCaller, ...perTenant])
  for (const { resolve } of answers) resolve([spent(usd(2))])
  await Promise.all([first, second])
  expect(budgets.list().map(({ counter }) => counter.spent)).toEqual([usd(2)])
})

test('a rule that comes back before the books have answered to its removal has all that was spent', async () => {
  const answers = [Promise.resolve<Spent[]>([])]
  const { budgets, configure, spend } = open(() => answers.shift()!)
  await configure(perCaller)
  spend(perCaller)
  const [end, comeback] = [Promise.withResolvers<Spent[]>(), Promise.withResolvers<Spent[]>()]
  answers.push(end.promise, comeback.promise)
  budgets.use([])
  spend([])
  const configured = configure(perCaller)
  end.resolve([])
  comeback.resolve([spent(usd(2))])
  await configured
  expect(budgets.list().map(({ counter }) => counter.spent)).toEqual([usd(2)])
})

test('the books count what some rule asks for, and are told once when no rule asks any more', async () => {
  const watched: string[][] = []
  const { configure } = open(async (counts) => {
    watched.push(counts.map(({ name }) => name))
    return []
  })
  await configure([...perCaller, ...perTenant])
  await configure(perCaller)
  await configure(perCaller)
  const [both, one] = [['caller|day', 'tenant|day'], ['caller|day']]
  expect(watched).toEqual([both, both, one, one])
})

test('what could not be read is not asked for again once the rules have changed', async () => {
  vi.useFakeTimers()
  const watched: string[][] = []
  const { budgets, configure } = open(async (counts) => {
    watched.push(counts.map(({ name }) => name))
    if (watched.length === 1) throw new Error('unable to open database file')
    return []
  })
  await budgets.prepare(perTenant)
  await configure(perCaller)
  await vi.advanceTimersByTimeAsync(10_000)
  expect(watched).toEqual([['tenant|day'], ['caller|day']])
})

test('nor is what the books fail to answer only when the next question was asked', async () => {
  vi.useFakeTimers()
  const late = Promise.withResolvers<Spent[]>()
  let asked = 0
  const { budgets, configure } = open(() => (asked++ === 0 ? late.promise : Promise.resolve([])))
  const first = budgets.prepare(perTenant)
  await configure(perCaller)
  late.reject(new Error('unable to open database file'))
  await first
  await vi.advanceTimersByTimeAsync(10_000)
  expect(asked).toBe(2)
})

const one = { usd: 3, period: 'day', mode: 'hard' } as const

test.each([
  ['a key', toKeyBudget('a', one)],
  ['those with a token', toJwtBudget(one)],
])(
  'a budget of %s whose owner shares the counter of all newcomers is listed with it',
  async (_whose, rules) => {
    const known = Array.from({ length: 20_000 }, (_, index) => spent(usd(1), 'caller|day', `["c${index}"]`))
    const { budgets, configure, spend } = open(async () => known)
    await configure(rules)
    expect(budgets.list()).toEqual([])
    spend(rules)
    const owners = budgets.list().map(({ rule, counter }) => [rule.name, counter.subject, counter.spent])
    expect(owners).toEqual([[rules[0]!.name, others, usd(1)]])
  },
)

test('those who share a counter of several parts are told so', async () => {
  const perBoth = toBudgetRules([{ ...one, usd: 1, per: ['caller', 'tenant'] }])
  const known = Array.from({ length: 20_000 }, (_, index) =>
    spent(usd(1), 'caller,tenant|day', `["c${index}","t"]`),
  )
  const { budgets, configure, spend } = open(async () => known)
  await configure(perBoth)
  spend(perBoth)
  expect(() => spend(perBoth)).toThrow('The budget of caller (others) and tenant (others) is used up')
  const { data } = toBudgetsList(budgets.list().slice(-1), null, new URLSearchParams())
  expect(data).toMatchObject([{ owner: { caller: '(others)', tenant: null } }])
})

test('closed budgets ask the books for nothing', async () => {
  vi.useFakeTimers()
  let asked = 0
  const { budgets, configure } = open(async () => {
    asked++
    throw new Error('unable to open database file')
  })
  await configure(perCaller)
  budgets.close()
  await vi.advanceTimersByTimeAsync(10_000)
  expect(asked).toBe(1)
})
