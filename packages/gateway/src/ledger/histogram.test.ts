import { Histogram as Kept, Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { createHistogram } from './histogram.ts'

const shape = { name: 'wait_seconds', help: 'How long it took.', labelNames: ['model'], buckets: [0.1, 1] }

/** The lines without their order, because Prometheus requires none, neither for rows nor for labels. */
async function lines(registry: Registry): Promise<string[]> {
  const text = await registry.metrics()
  return text
    .split('\n')
    .map((line) => line.replace(/\{(.*)\}/, (_all, labels: string) => `{${labels.split(',').sort().join()}}`))
    .sort()
}

test('has the same output as prom-client with labels', async () => {
  const [ours, theirs] = [new Registry(), new Registry()]
  const rows = createHistogram(shape, ours)
  const kept = new Kept({ ...shape, registers: [theirs] })
  for (const model of ['a', 'b "quoted"\nand cut']) {
    const row = rows.createRow({ model })
    for (const value of [0.05, 0.5, 5]) {
      row.observe(value)
      kept.observe({ model }, value)
    }
  }
  expect(await lines(ours)).toEqual(await lines(theirs))
})

test('without rows its output is help and type alone', async () => {
  const registry = new Registry()
  createHistogram(shape, registry)
  expect(await registry.metrics()).toBe(
    '# HELP wait_seconds How long it took.\n# TYPE wait_seconds histogram\n',
  )
})
