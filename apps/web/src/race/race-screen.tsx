/** A race and, when it is over, its tape: prompt and lights, strip, what is to be said of it, lanes. */
import { lazy, Suspense } from 'react'
import { Link } from 'wouter'
import { AfterRace } from '../after-race/after-race.tsx'
import { Evidence } from '../evidence/evidence.tsx'
import { Guard } from '../guard.tsx'
import { ScrollBox } from '../look/scroll-box.tsx'
import { Tags } from '../look/tags.tsx'
import { CallLine } from './call-line.tsx'
import { LanePanel } from './lane-panel.tsx'
import { Lanes } from './lanes.tsx'
import { raceAgain, rearrange } from './next-race.ts'
import { RaceRow } from './race-row.tsx'
import { ScreenLagFigure } from './screen-lag-figure.tsx'
import { toPromptText } from './setup.ts'
import { StandingsTable } from './standings-table.tsx'
import { StartBar } from './start-bar.tsx'
import { Strip } from './strip.tsx'
import { theRace, useRace } from './the-race.ts'
import { useStartKey } from './use-start-key.ts'
import { toFinishText } from './verdict.ts'

// Below the lanes, and only when it is over: the race itself need not wait for it.
const PhotoFinish = lazy(async () => ({
  default: (await import('../photo-finish/photo-finish.tsx')).PhotoFinish,
}))

export function RaceScreen() {
  const race = useRace((store) => store.race)
  const isAsking = useRace(({ feed, origin }) => origin === 'start' && feed.state === 'asking')
  const isLost = useRace(({ feed }) => feed.state === 'refused')
  const isOver = race.end !== null || isLost
  // The same object for every lane while the race runs, so that a token renders its own lane alone.
  const over = race.end === null ? null : race
  const finish = race.request?.finish ?? 'done'
  useStartKey(isOver && !isAsking, raceAgain)

  return (
    <>
      <StartBar
        prompt={
          <ScrollBox className="prompt-text" label="Prompt" dir="auto">
            {race.request ? toPromptText(race.request) : ''}
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
        {race.request?.coldStart && <span className="dim">Cold start</span>}
        {race.startedAt !== null && (
          <time className="dim" dateTime={race.startedAt}>
            {new Date(race.startedAt).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' })}
          </time>
        )}
        {race.request?.tags && <Tags tags={race.request.tags} />}
        <ScreenLagFigure />
        <button type="button" className="button-plain" onClick={rearrange}>
          New race
        </button>
        {race.end !== null && race.raceId !== null && (
          <>
            <Link href={`/race/${race.raceId}/replay`}>Replay</Link>
            <AfterRace raceId={race.raceId} />
          </>
        )}
      </StartBar>
      <Strip label="Strip" laneCount={race.lanes.length}>
        {race.lanes.map((lane) => (
          <RaceRow key={lane.lane} lane={lane} finish={finish} over={over} />
        ))}
      </Strip>
      <StandingsTable lanes={race.lanes} over={over} />
      <Lanes key={race.raceId} count={race.lanes.length} heading={<CallLine race={race} />}>
        {race.lanes.map((lane) => (
          <LanePanel key={lane.lane} lane={lane} over={over} isLost={isLost} />
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
    </>
  )
}
