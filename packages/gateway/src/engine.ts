/**
 * All that lives as long as the process, whatever the config says: connections, what is known about targets, what
 * callers have used up, the books. A new config finds all of it as the config before left it.
 */
import type { Logger } from 'pino'
import { type AuditLog, createAudit } from './admission/audit.ts'
import { createKeySets, type KeySets } from './admission/key-sets.ts'
import { createLimiter, type Limiter } from './admission/limiter.ts'
import { createAdmissionMetrics } from './admission/metrics.ts'
import type { Books } from './books/books.ts'
import { openBooks } from './books/open-books.ts'
import { createBudgetMetrics } from './budgets/budget-metrics.ts'
import { type Budgets, createBudgets } from './budgets/budgets.ts'
import { createEstimateCost } from './budgets/estimate-cost.ts'
import { type AnswerStore, createAnswerStore } from './cache/answer-store.ts'
import { createCacheMetrics } from './cache/metrics.ts'
import type { Clock } from './clock.ts'
import { type ConfigStatus, createConfigStatus } from './config/config-status.ts'
import { createReadiness, type Readiness } from './drain.ts'
import type { ErrorCode } from './errors.ts'
import { createGuardrailMetrics } from './guardrails/metrics.ts'
import { type CostTable, createCostTable } from './ledger/cost.ts'
import { createLedger, type Ledger } from './ledger/ledger.ts'
import { createLogLine } from './ledger/log-line.ts'
import { createMetrics, type Metrics } from './ledger/metrics.ts'
import { createProcessMetrics, type ProcessFacts } from './process-metrics.ts'
import { createFoundModels, type FoundModels } from './routing/found-models.ts'
import { createTurns, type Turns } from './routing/turns.ts'
import { createRunningCalls, type RunningCalls } from './running-calls.ts'
import type { Tracing } from './tracing/tracing.ts'
import { type Connections, createConnections } from './upstream/connections.ts'
import { createTargetStates, type TargetStates } from './upstream/target-states.ts'
import type { Wait } from './upstream/wait.ts'

export interface EngineOptions {
  clock: Clock
  log: Logger
  /** The file of the books; null keeps none. It changes only with a restart. */
  booksPath: string | null
  /** In [0, 1). */
  random(): number
  wait: Wait
  /** null: no traces. */
  tracing: Tracing | null
  /** For the metrics; null: they tell nothing about the process. */
  processFacts: ProcessFacts | null
}

export interface Engine extends Omit<EngineOptions, 'booksPath' | 'processFacts'> {
  connections: Connections
  states: TargetStates
  turns: Turns
  found: FoundModels
  limiter: Limiter
  keySets: KeySets
  cost: CostTable
  /** The cached answers. */
  answers: AnswerStore
  metrics: Metrics
  /** Counts requests that are refused and never become a call. */
  onRefused(reason: ErrorCode): void
  audit: AuditLog
  books: Books
  budgets: Budgets
  ledger: Ledger
  running: RunningCalls
  readiness: Readiness
  configStatus: ConfigStatus
}

export function createEngine(options: EngineOptions): Engine {
  const { clock, log, processFacts } = options
  const states = createTargetStates(clock)
  const metrics = createMetrics(states)
  if (processFacts) createProcessMetrics(metrics.registry, processFacts)
  const door = createAdmissionMetrics(metrics.registry)
  const audit = createAudit({ clock, log, onLost: door.auditLost })
  const books = openBooks({ path: options.booksPath, clock, log, registry: metrics.registry })
  const cost = createCostTable(clock)
  const budgets = createBudgets({
    books,
    clock,
    estimateCost: createEstimateCost(cost, clock),
    metrics: createBudgetMetrics(metrics.registry, () => budgets.list()),
  })
  return {
    ...options,
    connections: createConnections(),
    states,
    turns: createTurns(),
    found: createFoundModels(),
    limiter: createLimiter({ clock, onRefused: door.rateLimited }),
    keySets: createKeySets({ clock, log }),
    cost,
    answers: createAnswerStore(() => clock.monotonicMs()),
    metrics,
    onRefused: door.refused,
    audit,
    books,
    budgets,
    ledger: createLedger(
      [
        metrics.read,
        door.read,
        createGuardrailMetrics(metrics.registry),
        createCacheMetrics(metrics.registry),
        createLogLine(log),
        audit.read,
        books.read,
      ],
      metrics.inFlight,
      log,
    ),
    running: createRunningCalls(),
    readiness: createReadiness(budgets.problem),
    configStatus: createConfigStatus(metrics.registry, clock),
  }
}
