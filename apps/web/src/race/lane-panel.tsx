/** A lane to be read: its head, its running figures, and below, scrolling, the slip, the thinking and the answer. */
import './lane-panel.css'
import { type LaneState, laneStatus, type RaceState } from '@drag-race/contracts'
import { memo, useRef } from 'react'
import { ScrollBox } from '../look/scroll-box.tsx'
import { Markdown } from '../markdown/markdown.tsx'
import { LaneError } from './lane-error.tsx'
import { LaneFigures } from './lane-figures.tsx'
import { LaneHead } from './lane-head.tsx'
import { toLaneId } from './lanes.tsx'
import { toProviderName } from './model-choice.ts'
import { rerunLane, useNextRace } from './next-race.ts'
import { useRestedLane } from './rested-lane.ts'
import { RunningClock } from './running-clock.tsx'
import { theRace } from './the-race.ts'
import { Thinking } from './thinking.tsx'
import { TimeSlip } from './time-slip.tsx'
import { useFollow } from './use-follow.ts'
import { laneResult } from './verdict.ts'

interface LanePanelProps {
  lane: LaneState
  /** The race when it has ended, null before. */
  over: RaceState | null
  /** Nothing more will come of this race, though its end was never seen. */
  isLost: boolean
}

export function LanePanel({ lane, ...race }: LanePanelProps) {
  return <DrawnLane lane={useRestedLane(lane)} {...race} />
}

const DrawnLane = memo(function DrawnLane({ lane, over, isLost }: LanePanelProps) {
  const nextStream = useNextRace(({ streams }) => streams[lane.lane] ?? lane.stream)
  const setStream = useNextRace((store) => store.setStream)
  const scroller = useRef<HTMLElement>(null)
  const result = laneResult(over, lane)
  const isOpen = lane.outcome === null && over === null && !isLost
  const length = lane.answer.length + lane.reasoning.length
  const { isFollowing, follow, onScroll } = useFollow(scroller, length, isOpen)
  const isEmpty = lane.answer === '' && lane.reasoning === ''

  return (
    <article
      id={toLaneId(lane.lane)}
      className="lane"
      data-lane={lane.lane}
      data-sentinel={lane.sentinel || undefined}
      aria-label={`Lane ${lane.lane + 1}, ${lane.model}`}
    >
      <LaneHead
        lane={lane.lane}
        model={lane.model}
        provider={toProviderName(lane)}
        stream={nextStream}
        onStream={lane.sentinel ? null : (isOn) => setStream(lane.lane, isOn)}
        note={
          nextStream === lane.stream
            ? null
            : `Applies to the next race. This one ${lane.stream ? 'streams' : 'does not stream'}.`
        }
      >
        {isOpen && <StopLane lane={lane.lane} />}
        {(result.kind === 'stopped' || result.kind === 'cut') && <RerunLane lane={lane.lane} />}
      </LaneHead>
      <LaneFigures lane={lane} isRunning={isOpen} marginMs={over?.end?.marginMs ?? null} />
      <ScrollBox
        ref={scroller}
        className="lane-scroll"
        label={`Answer of lane ${lane.lane + 1}`}
        onScroll={onScroll}
      >
        {result.kind === 'failed' && <LaneError lane={lane} />}
        {result.kind !== 'failed' && (lane.outcome !== null || over !== null) && (
          <TimeSlip lane={lane} result={result} over={over} />
        )}
        {lane.reasoning !== '' && <Thinking text={lane.reasoning} isOpen={isOpen && lane.answer === ''} />}
        {isOpen && isEmpty && <Waiting lane={lane} />}
        {lane.answer !== '' && (
          <div className={isOpen ? 'lane-answer lane-answer-open' : 'lane-answer'}>
            <Markdown text={lane.answer} isOpen={isOpen} />
          </div>
        )}
        {!isOpen && isEmpty && result.kind !== 'failed' && <p className="dim">No answer arrived.</p>}
      </ScrollBox>
      {isOpen && !isFollowing && (
        <button type="button" className="lane-follow" onClick={follow}>
          ↓ Follow
        </button>
      )}
    </article>
  )
})

function StopLane({ lane }: { lane: number }) {
  return (
    <button type="button" className="button-plain" onClick={() => void theRace.getState().stop(lane)}>
      Stop<span className="visually-hidden"> lane {lane + 1}</span>
    </button>
  )
}

function RerunLane({ lane }: { lane: number }) {
  return (
    <button type="button" className="button-plain" onClick={() => rerunLane(lane)}>
      Rerun lane<span className="visually-hidden"> {lane + 1} alone</span>
    </button>
  )
}

/** Nothing has come yet: the time itself is what there is to see. */
function Waiting({ lane }: { lane: LaneState }) {
  return (
    <div className="lane-waiting">
      <p className="lane-waiting-clock">
        {laneStatus(lane) === 'running' ? <RunningClock startAt={lane.startAt} /> : '0.00'}
        <span className="lane-waiting-unit">s</span>
      </p>
      <p className="dim">waiting for the {lane.stream ? 'first token' : 'whole answer'}</p>
    </div>
  )
}
