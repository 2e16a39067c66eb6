/**
 * A histogram whose label sets are looked up once a call instead of once a value: prom-client puts a text together of all
 * labels each time, which made ten values a call the dearest part of the books. It reads as one of prom-client's.
 */
import type { HistogramConfiguration, Metric, Registry } from 'prom-client'

export type Labels = Readonly<Record<string, string>>

export interface Observer {
  observe(value: number): void
}

export interface Histogram {
  /** A new row: its labels must differ from those of all rows before it. */
  createRow(labels: Labels): Observer
}

export function createHistogram(
  { name, help, buckets }: Required<Pick<HistogramConfiguration<string>, 'name' | 'help' | 'buckets'>>,
  registry: Registry,
): Histogram {
  // As many as there are label sets: whoever makes the rows bounds the labels.
  const rows: Row[] = []
  const get = async () => {
    const values = rows.flatMap((row) => toSamples(name, buckets, row))
    return { name, help, type: 'histogram', aggregator: 'sum', values }
  }
  // All that a registry wants of a metric; prom-client's own AggregatorRegistry hands it as little.
  registry.registerMetric({ name, get } as unknown as Metric)
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
