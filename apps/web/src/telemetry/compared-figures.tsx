/**
 * One provider and model: its counts with what the race added, and the TTFT of race and gateway with their difference.
 */
import type { ReactNode } from 'react'
import { toCount, toFineMs, toSigned } from '../look/figures.ts'
import { ModelName } from '../look/model-name.tsx'
import { type ComparedRow, toServedBy } from './compare.ts'

export function ComparedFigures({ row }: { row: ComparedRow }) {
  const { added, measuredTtftMs, differenceMs } = row
  return (
    <section className="compared">
      <h3 className="compared-name">
        <ModelName name={row.model} />
        <span className="dim">{toServedBy(row)}</span>
      </h3>
      <dl>
        <Row name="requests" value={toCount(row.requests)} added={added?.requests} />
        {(row.failed ?? 0) > 0 && (
          <Row name="failed" value={toCount(row.failed)} added={added?.failed ?? 0} />
        )}
        <Row name="tokens in" value={toCount(row.inputTokens)} added={added?.inputTokens} />
        <Row name="tokens out" value={toCount(row.outputTokens)} added={added?.outputTokens} />
        <Row name="TTFT, gateway average" value={<Ms ms={row.ttftMs} />} />
        {added !== null && <Row name="TTFT, this race" value={<Ms ms={added.ttftMs} />} />}
        {measuredTtftMs !== null && (
          <Row
            name="TTFT, on the tape"
            value={<Ms ms={measuredTtftMs} />}
            note={differenceMs === null ? null : toSigned(differenceMs, toFineMs)}
          />
        )}
        <Row name="per output token" value={<Ms ms={row.timePerOutputTokenMs} />} />
        <Row name="duration" value={<Ms ms={row.durationMs} />} />
      </dl>
    </section>
  )
}

interface RowProps {
  name: string
  value: ReactNode
  /** What this race added; shown when it added something. */
  added?: number | undefined
  note?: string | null
}

function Row({ name, value, added = 0, note = null }: RowProps) {
  return (
    <div className="compared-row">
      <dt>{name}</dt>
      <dd>
        <span className="figure">{value}</span>
        {added > 0 && <span className="compared-added">+{toCount(added)}</span>}
        {note !== null && <span className="compared-note">{note}</span>}
      </dd>
    </div>
  )
}

function Ms({ ms }: { ms: number | null }) {
  return (
    <>
      {toFineMs(ms)}
      {ms !== null && <span className="unit">ms</span>}
    </>
  )
}
