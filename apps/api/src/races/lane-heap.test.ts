import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { toLaneHeap } from './lane-heap.ts'

/** Keeps some 60 MB of what it allocates, and throws twice as much away. */
const busyThread = `
const { PerformanceObserver, constants } = require('node:perf_hooks')
const { parentPort } = require('node:worker_threads')
const collections = { short: 0, full: 0 }
new PerformanceObserver((list) => {
  for (const { detail } of list.getEntries())
    collections[detail.kind === constants.NODE_PERFORMANCE_GC_MINOR ? 'short' : 'full']++
}).observe({ entryTypes: ['gc'] })
const kept = []
const toToken = (index) => ({ index, text: 'token ' + index })
for (let count = 0; count < 800_000; count++) {
  kept.push(toToken(count))
  globalThis.last = [toToken(-count), toToken(count)]
}
setTimeout(() => parentPort.postMessage({ ...collections, kept: kept.length }), 100)
`

test('the lane thread keeps much of what it reads without a full collection', async () => {
  const worker = new Worker(busyThread, { eval: true, resourceLimits: toLaneHeap() })
  const { short, full } = await new Promise<{ short: number; full: number }>((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
  })
  expect(full).toBe(0)
  expect(short).toBeGreaterThan(20)
  await worker.terminate()
})
