/**
 * A lane's content: its head, its running figures, and below them, in a box that scrolls, the slip, the thinking and
 * the answer. The live race, its tape and its replay use the same sheet; the buttons of a lane come in with its head.
 */
import './lane-panel.css'
import './lane-silence.css'
import { errorBoundMs, type LaneState, laneStatus, type RaceState } from '@drag-race/contracts'
import { type ReactNode, useRef } from 'react'
import { ScrollBox } from '../look/scroll-box.tsx'
import { LaneAnswer } from './lane-answer.tsx'
import { LaneError } from './lane-error.tsx'
import { LaneFigures } from './lane-figures.tsx'
import { useSilentSeconds } from './lane-silence.ts'
import { toLaneId } from './lanes.tsx'
import { RunningClock } from './running-clock.tsx'
import { Thinking } from './thinking.tsx'
import { TimeSlip } from './time-slip.tsx'
import { ToolCallBlocks } from './tool-call-blocks.tsx'
import { useFocusHeir } from './use-focus-heir.ts'
import { useFollow } from './use-follow.ts'
import type { LaneResult } from './verdict.ts'

interface LaneSheetProps {
  lane: LaneState
  result: LaneResult
  /** The race when it has ended, null before. */
  over: RaceState | null
  /** More can come. */
  isOpen: boolean
  head: ReactNode
  /** Left out where the lane cannot be run again. */
  onRerun?: (lane: number) => void
}

export function LaneSheet({ lane, result, over, isOpen, head, onRerun }: LaneSheetProps) {
  const scroller = useRef<HTMLElement>(null)
  const length = lane.answer.length + lane.reasoning.length + lane.toolCall.length
  const { isFollowing, follow, onScroll } = useFollow(scroller, length, isOpen)
  const silentSeconds = useSilentSeconds(lane, isOpen)
  const hasBegun = lane.answer !== '' || lane.toolCall !== ''
  const isEmpty = !hasBegun && lane.reasoning === ''

  return (
    <article
      id={toLaneId(lane.lane)}
      className="lane"
      // Takes the focus when one of its buttons that has it is removed.
      tabIndex={-1}
      data-lane={lane.lane}
      data-sentinel={lane.sentinel || undefined}
      aria-label={`Lane ${lane.lane + 1}, ${lane.model}`}
    >
      {head}
      <LaneFigures
        lane={lane}
        isRunning={isOpen}
        errorMs={over?.end ? errorBoundMs(over.end) : null}
        silentSeconds={silentSeconds}
      />
      <ScrollBox
        ref={scroller}
        className="lane-scroll"
        label={`Answer of lane ${lane.lane + 1}`}
        onScroll={onScroll}
      >
        {result.kind === 'failed' && <LaneError lane={lane} onRerun={onRerun} />}
        {result.kind !== 'failed' && (lane.outcome !== null || over !== null) && (
          <TimeSlip lane={lane} result={result} over={over} />
        )}
        {lane.reasoning !== '' && <Thinking text={lane.reasoning} isOpen={isOpen && !hasBegun} />}
        {isOpen && isEmpty && <Waiting lane={lane} />}
        {lane.answer !== '' && <LaneAnswer text={lane.answer} isOpen={isOpen} scroller={scroller} />}
        {lane.toolCall !== '' && <ToolCallBlocks text={lane.toolCall} isOpen={isOpen} />}
        {!isOpen && isEmpty && result.kind !== 'failed' && <p className="dim">{toEmptyText(lane)}</p>}
      </ScrollBox>
      {silentSeconds !== null && <p className="lane-silence">no token for {silentSeconds} s</p>}
      {isOpen && !isFollowing && <FollowButton onPress={follow} />}
    </article>
  )
}

function FollowButton({ onPress }: { onPress: () => void }) {
  const button = useFocusHeir()
  return (
    <button ref={button} type="button" className="lane-follow" onClick={onPress}>
      ↓ Follow
    </button>
  )
}

/** A tool call without a name is a token without text: saying that nothing arrived would contradict the figures. */
function toEmptyText({ hasToolCall }: LaneState): string {
  return hasToolCall ? 'It answered with a tool call without a name.' : 'No answer arrived.'
}

/** Nothing has come yet, so the running time is shown large. */
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
