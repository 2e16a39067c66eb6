/** Counts what the cache did for calls. A hit is in no `gen_ai` metric, because no model answered. */
import { Counter, type Registry } from 'prom-client'
import type { RecordReader } from '../ledger/ledger.ts'

export function createCacheMetrics(registry: Registry): RecordReader {
  const counter = new Counter({
    name: 'gateway_cache_total',
    help: 'Calls by what the cache did: hit, miss, or bypass where the caller did not want it.',
    labelNames: ['outcome'],
    registers: [registry],
  })
  return ({ cache }) => {
    if (cache) counter.inc({ outcome: cache })
  }
}
