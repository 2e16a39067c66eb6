/** Counts calls by what the cache did. A hit is not in the `gen_ai` metrics, because no model answered. */
import { Counter, type Registry } from 'prom-client'
import type { RecordReader } from '../ledger/ledger.ts'

export function createCacheMetrics(registry: Registry): RecordReader {
  const counter = new Counter({
    name: 'gateway_cache_total',
    help: 'Calls by what the cache did: hit, miss, or bypass when the caller did not want it or the request is too large.',
    labelNames: ['outcome'],
    registers: [registry],
  })
  return ({ cache }) => {
    if (cache) counter.inc({ outcome: cache })
  }
}
