/** A lane of the race on the screen: its sheet, with buttons to stop it, run it again, and stream or not next time. */
import type { LaneState, RaceState } from '@drag-race/contracts'
import { memo } from 'react'
import { toProviderName } from '../provider-name.ts'
import { LaneHead } from './lane-head.tsx'
import { LaneSheet } from './lane-sheet.tsx'
import { rerunLane, useNextRace } from './next-race.ts'
import { useRestedLane } from './rested-lane.ts'
import { theRace } from './the-race.ts'
import { useFocusHeir } from './use-focus-heir.ts'
import { laneResult } from './verdict.ts'

interface LanePanelProps {
  lane: LaneState
  /** The race when it has ended, null before. */
  over: RaceState | null
  /** Nothing more will come from this race, though its end never came. */
  isLost: boolean
}

export function LanePanel({ lane, ...race }: LanePanelProps) {
  return <DrawnLane lane={useRestedLane(lane)} {...race} />
}

const DrawnLane = memo(function DrawnLane({ lane, over, isLost }: LanePanelProps) {
  const nextStream = useNextRace(({ streams }) => streams[lane.lane] ?? lane.stream)
  const setStream = useNextRace((store) => store.setStream)
  const result = laneResult(over, lane)
  const isOpen = lane.outcome === null && over === null && !isLost
  const head = (
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
      {!lane.sentinel && (result.kind === 'stopped' || result.kind === 'cut') && (
        <RerunLane lane={lane.lane} />
      )}
    </LaneHead>
  )
  return (
    <LaneSheet
      lane={lane}
      result={result}
      over={over}
      isOpen={isOpen}
      head={head}
      // Nobody asked for a sentinel's lane: there is no request to send again.
      {...(!lane.sentinel && { onRerun: rerunLane })}
    />
  )
})

function StopLane({ lane }: { lane: number }) {
  const button = useFocusHeir()
  return (
    <button
      ref={button}
      type="button"
      className="button-plain"
      onClick={({ detail }) => isMeant(detail) && void theRace.getState().stop(lane)}
    >
      Stop<span className="visually-hidden"> lane {lane + 1}</span>
    </button>
  )
}

function RerunLane({ lane }: { lane: number }) {
  return (
    <button
      type="button"
      className="button-plain"
      onClick={({ detail }) => isMeant(detail) && rerunLane(lane)}
    >
      Rerun lane<span className="visually-hidden"> {lane + 1} alone</span>
    </button>
  )
}

/** Stop and Rerun take each other's place: the second half of a double click means the one that stood there before. */
function isMeant(clicks: number): boolean {
  return clicks < 2
}
