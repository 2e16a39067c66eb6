/** A counter whose label sets are looked up once, as in `histogram.ts`. Its output is that of prom-client. */
import type { CounterConfiguration, Metric, Registry } from 'prom-client'
import type { Labels } from './histogram.ts'

export interface CounterRow {
  inc(by?: number): void
}

export interface RowCounter<Label extends string> {
  /** A new row: its labels must differ from those of all rows before it. */
  createRow(labels: Labels<Label>): CounterRow
}

export function createCounter<const Label extends string>(
  { name, help, labelNames }: Required<Pick<CounterConfiguration<Label>, 'name' | 'help' | 'labelNames'>>,
  registry: Registry,
): RowCounter<Label> {
  // One for each label set. Whoever creates rows has to bound the labels.
  const rows: { labels: Labels<Label>; value: number }[] = []
  const type = 'counter'
  const get = async () => ({ name, help, type, aggregator: 'sum', values: [...rows] })
  registry.registerMetric({ name, help, type, labelNames, get } as unknown as Metric)
  return {
    createRow(labels) {
      const row = { labels, value: 0 }
      rows.push(row)
      return {
        inc(by = 1) {
          row.value += by
        },
      }
    },
  }
}
