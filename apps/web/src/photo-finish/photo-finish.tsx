/**
 * The photo finish: how the lanes came to the finish line, as closely as the clock can tell. Dragging over a part zooms
 * in on it. The band behind the first lane's crossing is the clock's error: lanes that cross within it share its place.
 */
import './photo-finish.css'
import { errorBoundMs, type RaceState } from '@drag-race/contracts'
import { useMemo, useState } from 'react'
import { toMargin } from '../look/figures.ts'
import { Plate } from '../look/plate.tsx'
import { Chart } from './chart.tsx'
import { toCurves } from './curves.ts'
import { finishSpan, isBandSeen, isWhole, move, type Span, wholeSpan, zoom } from './span.ts'
import { SplitsTable } from './splits-table.tsx'

interface PhotoFinishProps {
  /** A race that has ended. */
  race: RaceState
  /** Where a replay stands, on the race's clock; left out without a replay. */
  cursorMs?: number
  onSeek?: (raceMs: number) => void
}

export function PhotoFinish({ race, cursorMs, onSeek }: PhotoFinishProps) {
  const curves = useMemo(() => toCurves(race), [race])
  const whole = useMemo(() => wholeSpan(curves), [curves])
  const [chosen, setSpan] = useState<Span | null>(null)
  const [hidden, setHidden] = useState<ReadonlySet<number>>(new Set())
  const span = chosen ?? whole
  const errorMs = race.end ? errorBoundMs(race.end) : null
  const shown = useMemo(() => curves.filter(({ lane }) => !hidden.has(lane)), [curves, hidden])
  const isAll = isWhole(span, whole)
  const line = finishSpan(shown, errorMs, whole)
  // Lanes leave together: one start stands for all of them, to within a pixel.
  const startAt = Math.min(...race.lanes.flatMap((lane) => lane.startAt ?? []))
  if (curves.length === 0) return null

  const toggle = (lane: number) => {
    const next = new Set(hidden)
    if (!next.delete(lane)) next.add(lane)
    setHidden(next)
  }
  const press = (key: string) => {
    const next = toPressed(key, span, whole)
    if (next) setSpan(next)
    return next !== null
  }

  return (
    <section className="photo" aria-labelledby="photo-title">
      <header className="photo-head">
        <h2 id="photo-title">Photo finish</h2>
        <p className="photo-about">
          Tokens over time, each lane from its own request. {toBandText(span, errorMs)}
        </p>
        <div className="photo-buttons">
          <button type="button" className="photo-view" aria-pressed={isAll} onClick={() => setSpan(null)}>
            Whole race
          </button>
          <button
            type="button"
            className="photo-view"
            aria-pressed={!isAll && span.fromMs === line.fromMs && span.toMs === line.toMs}
            onClick={() => setSpan(line)}
          >
            The line
          </button>
          <button type="button" className="photo-step" onClick={() => setSpan(zoom(span, 2, whole))}>
            <span aria-hidden="true">−</span>
            <span className="visually-hidden">Zoom out</span>
          </button>
          <button type="button" className="photo-step" onClick={() => setSpan(zoom(span, 0.5, whole))}>
            <span aria-hidden="true">+</span>
            <span className="visually-hidden">Zoom in</span>
          </button>
        </div>
      </header>
      <Chart
        curves={shown}
        span={span}
        whole={whole}
        marginMs={errorMs}
        cursorMs={cursorMs === undefined ? null : cursorMs - startAt}
        onSpan={setSpan}
        onKey={press}
        onSeek={onSeek ? (laneMs) => onSeek(laneMs + startAt) : null}
      />
      <ul className="photo-lanes" aria-label="Lanes in the chart">
        {curves.map(({ lane, model, isSentinel }) => (
          <li key={lane} data-sentinel={isSentinel || undefined}>
            <button
              type="button"
              className="photo-lane"
              aria-pressed={!hidden.has(lane)}
              onClick={() => toggle(lane)}
            >
              <Plate lane={lane} label={`Lane ${lane + 1},`} /> {model}
            </button>
          </li>
        ))}
      </ul>
      <SplitsTable curves={curves} end={race.end} />
    </section>
  )
}

function toBandText(span: Span, errorMs: number | null): string {
  if (errorMs === null) return 'The clock was not measured, so the finish line has no band.'
  const error = `the clock’s error, ${toMargin(errorMs)}`
  return isBandSeen(span, errorMs)
    ? `The band at the line is ${error}.`
    : `Zoom in to see the band at the line: it is ${error}.`
}

/** The span that the key leads to; null where the chart does not use the key. */
function toPressed(key: string, span: Span, whole: Span): Span | null {
  switch (key) {
    case '+':
    case '=':
      return zoom(span, 0.5, whole)
    case '-':
      return zoom(span, 2, whole)
    case 'ArrowLeft':
      return move(span, -0.2, whole)
    case 'ArrowRight':
      return move(span, 0.2, whole)
    case '0':
    case 'Escape':
      return isWhole(span, whole) ? null : whole
    default:
      return null
  }
}
