/** The controls of a replay: play, the scrubber, the time, the speeds. All of them work by keyboard too. */
import '../look/choice.css'
import './transport.css'
import type { CSSProperties } from 'react'
import { toSeconds } from '../look/figures.ts'
import type { Rate } from './player.ts'
import { rates } from './player.ts'

interface TransportProps {
  cursorMs: number
  endMs: number
  isPlaying: boolean
  rate: Rate
  onToggle: () => void
  onSeek: (raceMs: number) => void
  onRate: (rate: Rate) => void
  /** Where lanes crossed their line: ticks on the scrubber. */
  finishes: readonly { lane: number; atMs: number }[]
}

export function Transport(props: TransportProps) {
  const { cursorMs, endMs, isPlaying, rate, onToggle, onSeek, onRate, finishes } = props
  const isAtEnd = cursorMs >= endMs
  const share = (ms: number) => (endMs > 0 ? Math.min(1, Math.max(0, ms / endMs)) : 0)
  return (
    <section className="transport" aria-label="Replay">
      <button
        type="button"
        className="button-main transport-play"
        aria-keyshortcuts="Space"
        onClick={onToggle}
      >
        {isPlaying ? 'Pause' : isAtEnd ? 'Replay' : 'Play'}
      </button>
      <div className="transport-bar" style={{ '--played': share(cursorMs) } as CSSProperties}>
        <div className="transport-ticks" aria-hidden="true">
          {finishes.map(({ lane, atMs }) => (
            <span key={lane} data-lane={lane} style={{ left: `${share(atMs) * 100}%` }} />
          ))}
        </div>
        <input
          type="range"
          className="transport-range"
          aria-label="Time in the race"
          aria-valuetext={`${toSeconds(cursorMs)} of ${toSeconds(endMs)} seconds`}
          min={0}
          max={endMs}
          step="any"
          value={cursorMs}
          onChange={(event) => onSeek(event.currentTarget.valueAsNumber)}
        />
      </div>
      <p className="transport-time">
        <span className="figure">{toSeconds(cursorMs)}</span>
        <span className="dim"> / {toSeconds(endMs)} s</span>
      </p>
      <fieldset className="choice transport-rates">
        <legend className="visually-hidden">Speed</legend>
        {rates.map((each) => (
          <label key={each} className="choice-option">
            <input type="radio" name="rate" checked={rate === each} onChange={() => onRate(each)} />
            <span className="choice-name">{toRateText(each)}</span>
          </label>
        ))}
      </fieldset>
    </section>
  )
}

/** `¼ ×`, `½ ×`, `1 ×`, … */
function toRateText(rate: Rate): string {
  return `${rate === 0.25 ? '¼' : rate === 0.5 ? '½' : rate} ×`
}
