/** A race and, when it is over, its tape: prompt and lights, strip, the line about the race, lanes. */
import { type FinishLine, type RaceState, toPromptText } from '@drag-race/contracts'
import { lazy, Suspense } from 'react'
import { Link } from 'wouter'
import { AfterRace } from '../after-race/after-race.tsx'
import { Evidence } from '../evidence/evidence.tsx'
import { Guard } from '../guard.tsx'
import { ScrollBox } from '../look/scroll-box.tsx'
import { Tags } from '../look/tags.tsx'
import { CallLine } from './call-line.tsx'
import { DisplayClockContext, restingClock } from './display-clock.ts'
import { LanePanel } from './lane-panel.tsx'
import { findSentinel, Lanes } from './lanes.tsx'
import { raceAgain, rearrange } from './next-race.ts'
import { RaceRow } from './race-row.tsx'
import { ScreenLagFigure } from './screen-lag-figure.tsx'
import { StandingsTable } from './standings-table.tsx'
import { StartBar } from './start-bar.tsx'
import { StartedAt } from './started-at.tsx'
import { Strip } from './strip.tsx'
import { liveClock, theRace, useRace } from './the-race.ts'
import { useAppAnswers } from './use-app-answers.ts'
import { useStartKey } from './use-start-key.ts'
import { toFinishText } from './verdict.ts'

// Shown below the lanes and only after the race, so the race does not wait for its code.
const PhotoFinish = lazy(async () => ({
  default: (await import('../photo-finish/photo-finish.tsx')).PhotoFinish,
}))

/** Each part selects only what it shows, so that a token does not render the bar above the strip. */
export function RaceScreen() {
  const raceId = useRace(({ race }) => race.raceId)
  const request = useRace(({ race }) => race.request)
  const startedAt = useRace(({ race }) => race.startedAt)
  const laneCount = useRace(({ race }) => race.lanes.length)
  const sentinel = useRace(({ race }) => findSentinel(race.lanes))
  // Null while the race runs, so that a token renders only its own lane.
  const over = useRace(({ race }) => (race.end === null ? null : race))
  const isAsking = useRace(({ feed, origin }) => origin === 'start' && feed.state === 'asking')
  const isLost = useRace(({ feed }) => feed.state === 'refused')
  const isOver = over !== null || isLost
  const finish = request?.finish ?? 'done'
  const lanes = Array.from({ length: laneCount }, (_, lane) => lane)
  const appAnswers = useAppAnswers()
  useStartKey(isOver && !isAsking, raceAgain)

  return (
    <DisplayClockContext value={appAnswers === false ? restingClock : liveClock}>
      <StartBar
        prompt={
          <ScrollBox className="prompt-text" label="Prompt" dir="auto">
            {request ? toPromptText(request) : ''}
          </ScrollBox>
        }
        tree={isAsking ? 'asking' : isOver ? 'over' : 'green'}
        button={
          isOver
            ? { label: 'Race again', onPress: raceAgain, isDisabled: isAsking }
            : { label: 'Stop', onPress: () => void theRace.getState().stop(), isDisabled: false }
        }
      >
        <span className="dim">Finish line: {toFinishText(finish)}</span>
        {request?.coldStart && <span className="dim">Cold start</span>}
        <StartedAt at={startedAt} />
        {request?.tags && <Tags tags={request.tags} />}
        <ScreenLagFigure />
        <button type="button" className="button-plain" onClick={rearrange}>
          New race
        </button>
        {over !== null && raceId !== null && (
          <>
            <Link href={`/race/${raceId}/replay`}>Replay</Link>
            <AfterRace raceId={raceId} />
          </>
        )}
      </StartBar>
      <Strip label="Strip" laneCount={laneCount}>
        {lanes.map((lane) => (
          <LiveRow key={lane} index={lane} finish={finish} over={over} />
        ))}
      </Strip>
      <LiveStandings over={over} />
      <Lanes
        key={raceId}
        count={laneCount}
        sentinel={sentinel}
        hasSlips={over !== null}
        heading={<CallLine appAnswers={appAnswers} />}
      >
        {lanes.map((lane) => (
          <LivePanel key={lane} index={lane} over={over} isLost={isLost} />
        ))}
      </Lanes>
      {over && (
        <Guard what="The photo finish">
          <Suspense>
            <PhotoFinish key={over.raceId} race={over} />
          </Suspense>
        </Guard>
      )}
      {over && <Evidence race={over} />}
    </DisplayClockContext>
  )
}

interface LiveLaneProps {
  index: number
  over: RaceState | null
}

function LiveRow({ index, ...rest }: LiveLaneProps & { finish: FinishLine }) {
  const lane = useRace(({ race }) => race.lanes[index])
  return lane && <RaceRow lane={lane} {...rest} />
}

function LivePanel({ index, ...rest }: LiveLaneProps & { isLost: boolean }) {
  const lane = useRace(({ race }) => race.lanes[index])
  return lane && <LanePanel lane={lane} {...rest} />
}

function LiveStandings({ over }: { over: RaceState | null }) {
  const lanes = useRace(({ race }) => race.lanes)
  return <StandingsTable lanes={lanes} over={over} />
}
