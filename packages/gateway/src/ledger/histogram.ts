/**
 * A histogram whose label sets are looked up once a call instead of once a value: prom-client puts a text together of all
 * labels each time, which made ten values a call the dearest part of the books. It reads as one of prom-client's.
 */
import type { HistogramConfiguration, Metric, Registry } from 'prom-client'

/** A label that is left out is not in the row. */
export type Labels<Label extends string = string> = Readonly<Partial<Record<Label, string>>>

export interface Observer {
  observe(value: number): void
}

export interface Histogram<Label extends string> {
  /** A new row: its labels must differ from those of all rows before it. */
  createRow(labels: Labels<Label>): Observer
}

export function createHistogram<const Label extends string>(
  { name, help, labelNames, buckets }: Shape<Label>,
  registry: Registry,
): Histogram<Label> {
  // As many as there are label sets: whoever makes the rows bounds the labels.
  const rows: Row[] = []
  const type = 'histogram'
  const get = async () => {
    const values = rows.flatMap((row) => toSamples(name, buckets, row))
    return { name, help, type, aggregator: 'sum', values }
  }
  // A registry wants name and `get`, as prom-client's own AggregatorRegistry knows; the docs want the rest.
  registry.registerMetric({ name, help, type, labelNames, get } as unknown as Metric)
  return {
    createRow(labels) {
      const row: Row = { labels, counts: new Array(buckets.length + 1).fill(0), sum: 0 }
      rows.push(row)
      return {
        observe(value) {
          let bucket = 0
          while (bucket < buckets.length && value > buckets[bucket]!) bucket++
          row.counts[bucket]! += 1
          row.sum += value
        },
      }
    },
  }
}

type Shape<Label extends string> = Required<
  Pick<HistogramConfiguration<Label>, 'name' | 'help' | 'labelNames'>
> & { buckets: readonly number[] }

interface Row {
  labels: Labels
  /** Of each bucket alone; the last is beyond all bounds. */
  counts: number[]
  sum: number
}

/** As Prometheus has it: each bucket with all that are smaller, up to its bound. */
function toSamples(name: string, buckets: readonly number[], { labels, counts, sum }: Row) {
  let count = 0
  const upTo = [...buckets, '+Inf'].map((le, index) => {
    count += counts[index]!
    return { metricName: `${name}_bucket`, labels: { ...labels, le }, value: count }
  })
  return [
    ...upTo,
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: count },
  ]
}
