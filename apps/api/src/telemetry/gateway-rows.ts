/**
 * Samples of a known dialect → one row for each provider and model, summed over the rest (status, key, team, route).
 *
 * A row also keeps the sums and counts behind its averages. Averages cannot be subtracted, and what a race added is a
 * difference.
 */
import { type GatewayRow, roundMs } from '@drag-race/contracts'
import { compareTexts } from '../compare-texts.ts'
import type { Dialect, Timing, Where } from './dialects.ts'
import type { Sample } from './parse-prometheus.ts'

export interface Observed {
  sumMs: number
  count: number
}

export const timings = ['ttft', 'timePerOutputToken', 'duration'] as const
export type TimingName = (typeof timings)[number]

/** `observed` stays inside the process: toGatewayRow leaves it out. */
export interface CountedRow extends GatewayRow {
  failed: number | null
  costUsd: number | null
  observed: Record<TimingName, Observed>
}

type Tally = Omit<CountedRow, 'ttftMs' | 'timePerOutputTokenMs' | 'durationMs'>

/** Most requests first, then by name. Rows in which nothing was counted are left out. */
export function toGatewayRows(samples: readonly Sample[], dialect: Dialect): CountedRow[] {
  const providers = knownProviders(samples, dialect)
  const readers = readersOf(dialect)
  const tallies = new Map<string, Tally>()
  for (const sample of samples) {
    // One NaN would make the whole sum NaN.
    if (!Number.isFinite(sample.value)) continue
    for (const { where, add } of readers.get(sample.name) ?? []) {
      if (where && !where(sample.labels)) continue
      const provider =
        dialect.ownProvider ??
        labelOf(sample, dialect.provider) ??
        lookUp(sample, dialect, providers) ??
        'unknown'
      const model = labelOf(sample, dialect.model) ?? 'unknown'
      const key = keyOf(provider, model)
      const tally = tallies.get(key) ?? emptyTally(provider, model, dialect.failed ? 0 : null)
      tallies.set(key, tally)
      add(tally, sample.value)
    }
  }
  return [...tallies.values()].filter(isCounted).map(toCountedRow).sort(byRequests)
}

export function toGatewayRow({ observed: _, ...row }: CountedRow): GatewayRow {
  return row
}

export function toCountedRow(tally: Tally): CountedRow {
  return {
    provider: tally.provider,
    model: tally.model,
    requests: tally.requests,
    failed: tally.failed,
    inputTokens: tally.inputTokens,
    outputTokens: tally.outputTokens,
    costUsd: tally.costUsd,
    ttftMs: average(tally.observed.ttft),
    timePerOutputTokenMs: average(tally.observed.timePerOutputToken),
    durationMs: average(tally.observed.duration),
    observed: tally.observed,
  }
}

export function isCounted(tally: Tally): boolean {
  const counts = timings.map((name) => tally.observed[name].count)
  return [tally.requests, tally.inputTokens, tally.outputTokens, ...counts].some((count) => count > 0)
}

export function byRequests(a: GatewayRow, b: GatewayRow): number {
  return b.requests - a.requests || compareTexts(a.provider, b.provider) || compareTexts(a.model, b.model)
}

interface Reader {
  where: Where | undefined
  add(tally: Tally, value: number): void
}

function readersOf(dialect: Dialect): Map<string, Reader[]> {
  const readers = new Map<string, Reader[]>()
  const read = (metric: string, where: Where | undefined, add: Reader['add']) =>
    readers.set(metric, [...(readers.get(metric) ?? []), { where, add }])

  for (const name of ['requests', 'inputTokens', 'outputTokens'] as const) {
    const { metric, where } = dialect[name]
    read(metric, where, (tally, value) => {
      tally[name] += value
    })
  }
  if (dialect.failed) {
    read(dialect.failed.metric, dialect.failed.where, (tally, value) => {
      tally.failed = (tally.failed ?? 0) + value
    })
  }
  if (dialect.cost) {
    read(dialect.cost.metric, dialect.cost.where, (tally, value) => {
      tally.costUsd = (tally.costUsd ?? 0) + value
    })
  }
  for (const name of timings) {
    const timing: Timing | null = dialect[name]
    if (timing === null) continue
    read(`${timing.metric}_sum`, timing.where, (tally, value) => {
      tally.observed[name].sumMs += value * timing.unitMs
    })
    read(`${timing.metric}_count`, timing.where, (tally, value) => {
      tally.observed[name].count += value
    })
  }
  return readers
}

function labelOf(sample: Sample, labels: readonly string[]): string | null {
  for (const label of labels) {
    const value = sample.labels.get(label)
    if (isPresent(value)) return value.slice(0, nameCharsMax)
  }
  return null
}

/** What a race added is kept in its history, and some gateways accept any name of a model from their callers. */
const nameCharsMax = 500

function isPresent(value: string | undefined): value is string {
  return value !== undefined && value !== '' && value !== 'unknown' && value !== 'None'
}

/** By label and value; null where two providers share them, so that the figures of one never go to the other. */
function knownProviders(samples: readonly Sample[], dialect: Dialect): Map<string, string | null> {
  const known = new Map<string, string | null>()
  const source = dialect.providerFrom
  if (!source) return known
  for (const sample of samples.filter(({ name }) => name === source.metric)) {
    const provider = labelOf(sample, dialect.provider)
    if (provider === null) continue
    for (const [there] of source.sameLabel) {
      const value = sample.labels.get(there)
      if (!isPresent(value)) continue
      const key = keyOf(there, value)
      known.set(key, known.has(key) && known.get(key) !== provider ? null : provider)
    }
  }
  return known
}

function lookUp(sample: Sample, dialect: Dialect, known: Map<string, string | null>): string | null {
  for (const [there, here] of dialect.providerFrom?.sameLabel ?? []) {
    const provider = known.get(keyOf(there, sample.labels.get(here) ?? ''))
    if (provider) return provider
  }
  return null
}

function emptyTally(provider: string, model: string, failed: number | null): Tally {
  const none = (): Observed => ({ sumMs: 0, count: 0 })
  return {
    provider,
    model,
    requests: 0,
    failed,
    inputTokens: 0,
    outputTokens: 0,
    costUsd: null,
    observed: { ttft: none(), timePerOutputToken: none(), duration: none() },
  }
}

/** A sum of 0 was missing or NaN: every call takes some time. */
function average({ sumMs, count }: Observed): number | null {
  return count > 0 && sumMs > 0 ? roundMs(sumMs / count) : null
}

/** No label holds a NUL. */
export function keyOf(first: string, second: string): string {
  return `${first}\u0000${second}`
}
