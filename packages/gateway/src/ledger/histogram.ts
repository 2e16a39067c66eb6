/**
 * A histogram whose label sets are looked up once a call instead of once a value: prom-client puts a text together of all
 * labels each time, which made ten values a call the dearest part of the books. Each label set is one of prom-client's
 * histograms, without labels; they come together when somebody reads.
 */
import { type HistogramConfiguration, Histogram as Kept, type Metric, type Registry } from 'prom-client'

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
  const rows: { labels: Labels; kept: Kept }[] = []
  const get = async () => {
    const read = rows.map(async ({ labels, kept }) =>
      (await kept.get()).values.map((value) => ({ ...value, labels: { ...labels, ...value.labels } })),
    )
    return { name, help, type: 'histogram', aggregator: 'sum', values: (await Promise.all(read)).flat() }
  }
  // All that a registry wants of a metric; prom-client's own AggregatorRegistry hands it as little.
  registry.registerMetric({ name, get } as unknown as Metric)
  return {
    createRow(labels) {
      const kept = new Kept({ name, help, buckets, registers: [] })
      rows.push({ labels, kept })
      return kept
    },
  }
}
