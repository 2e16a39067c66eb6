/**
 * The lanes side by side, as many as fit, the others reached by scrolling; on a phone one at a time, by swiping. An
 * index above them shows which ones are in view, and brings any other into view with one press.
 */
import './lanes.css'
import type { LaneState } from '@drag-race/contracts'
import { type ReactNode, useRef } from 'react'
import { Plate } from '../look/plate.tsx'
import { pressable } from '../look/pressable.ts'
import { LanesInView } from './rested-lane.ts'
import { useLanesInView } from './use-lanes-in-view.ts'

interface LanesProps {
  count: number
  /** The sentinel's lane, from `findSentinel`. */
  sentinel?: number | null
  /** Lanes show their slips, or can at any time. */
  hasSlips?: boolean
  heading: ReactNode
  children: ReactNode
}

export function Lanes({ count, sentinel = null, hasSlips = false, heading, children }: LanesProps) {
  const scroller = useRef<HTMLDivElement>(null)
  const inView = useLanesInView(scroller, count)
  const isCut = inView.length > 0 && inView.length < count
  return (
    <section className="lanes" aria-label="Lanes">
      <div className="lanes-head">
        <div className="lanes-call">{heading}</div>
        {isCut && <LaneIndex count={count} sentinel={sentinel} inView={inView} />}
      </div>
      <div className={hasSlips ? 'lanes-body lanes-slips' : 'lanes-body'}>
        <div ref={scroller} className="lanes-columns" data-count={count}>
          <LanesInView value={inView.length === 0 ? null : inView}>{children}</LanesInView>
        </div>
      </div>
    </section>
  )
}

/** Brings a lane's panel into view. */
export function showLane(lane: number) {
  const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches
  document.getElementById(toLaneId(lane))?.scrollIntoView({
    behavior: isCalm ? 'auto' : 'smooth',
    inline: 'start',
    block: 'nearest',
  })
}

/** The lane that watches the clock; null in a race without one. */
export function findSentinel(lanes: readonly LaneState[]): number | null {
  return lanes.find(({ sentinel }) => sentinel)?.lane ?? null
}

export function toLaneId(lane: number): string {
  return `lane-${lane + 1}`
}

interface LaneIndexProps {
  count: number
  sentinel: number | null
  inView: number[]
}

function LaneIndex({ count, sentinel, inView }: LaneIndexProps) {
  const first = Math.min(...inView)
  const last = Math.max(...inView)
  return (
    <nav className="lane-index" aria-label="Lanes in view">
      <button
        type="button"
        className="lane-index-step"
        {...pressable(first === 0, () => showLane(first - 1))}
      >
        <span aria-hidden="true">←</span>
        <span className="visually-hidden">Previous lane</span>
      </button>
      <ol>
        {Array.from({ length: count }, (_, lane) => (
          <li key={lane} data-sentinel={lane === sentinel || undefined}>
            <button
              type="button"
              className="lane-index-plate"
              aria-current={inView.includes(lane)}
              onClick={() => showLane(lane)}
            >
              <Plate lane={lane} label={`Show lane ${lane + 1}`} />
            </button>
          </li>
        ))}
      </ol>
      <button
        type="button"
        className="lane-index-step"
        {...pressable(last === count - 1, () => showLane(first + 1))}
      >
        <span aria-hidden="true">→</span>
        <span className="visually-hidden">Next lane</span>
      </button>
    </nav>
  )
}
