/** Counts calls in which a guardrail found something: at most once for the request and once for the answer. */
import { Counter, type Registry } from 'prom-client'
import type { RecordReader } from '../ledger/ledger.ts'

export function createGuardrailMetrics(registry: Registry): RecordReader {
  const counter = new Counter({
    name: 'gateway_guardrail_total',
    help: 'Calls in which a guardrail found something, by its name, its action (mask, reject) and where (request, response).',
    labelNames: ['guardrail', 'action', 'on'],
    registers: [registry],
  })
  return ({ guardrails }) => {
    for (const { guardrail, action, on } of guardrails) counter.inc({ guardrail, action, on })
  }
}
