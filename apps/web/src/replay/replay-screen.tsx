/**
 * A race as it ran, played from its tape: the strip, the lanes and the call of the live race, over the same fold; below
 * them the photo finish, whose line shows the time of the scrubber. The same screen in the app and in an exported page.
 */
import './replay.css'
import { type LaneState, type RaceState, toPromptText } from '@drag-race/contracts'
import { memo, type ReactNode, useMemo } from 'react'
import { useStore } from 'zustand'
import type { StoreApi } from 'zustand/vanilla'
import { ScrollBox } from '../look/scroll-box.tsx'
import { PhotoFinish } from '../photo-finish/photo-finish.tsx'
import { toProviderName } from '../provider-name.ts'
import { Announcer } from '../race/announcer.tsx'
import { type DisplayClock, DisplayClockContext } from '../race/display-clock.ts'
import { LaneHead } from '../race/lane-head.tsx'
import { LaneSheet } from '../race/lane-sheet.tsx'
import { findSentinel, Lanes } from '../race/lanes.tsx'
import { RaceRow } from '../race/race-row.tsx'
import { StandingsTable } from '../race/standings-table.tsx'
import { StartedAt } from '../race/started-at.tsx'
import { Strip } from '../race/strip.tsx'
import { laneResult, toFinishText, toRunningText, toVerdictText } from '../race/verdict.ts'
import { usePageTitle } from '../use-page-title.ts'
import { toFinishes } from './finishes.ts'
import type { Player } from './player.ts'
import { Transport } from './transport.tsx'
import { useReplayKeys } from './use-replay-keys.ts'

interface ReplayScreenProps {
  player: StoreApi<Player>
  /** Beside the finish line: what this is and where it leads. */
  children?: ReactNode
}

export function ReplayScreen({ player, children }: ReplayScreenProps) {
  const { race, reel, cursorMs, isPlaying, rate } = useStore(player)
  const { toggle, seek, setRate } = player.getState()
  useReplayKeys(player)
  const clock = useMemo<DisplayClock>(() => {
    const atCursor = () => player.getState().cursorMs
    return { raceMs: atCursor, heardMs: atCursor, canGoBack: true }
  }, [player])
  const finish = race.request?.finish ?? 'done'
  const over = race.end === null ? null : race
  const prompt = reel.end.request ? toPromptText(reel.end.request) : ''
  // The title does not say who won: a replay that begins at its start does not give its end away.
  usePageTitle(`Replay: ${prompt.replace(/\s+/g, ' ').trim().slice(0, 80) || 'a race'}`)
  const finishes = useMemo(() => toFinishes(reel.end), [reel])

  return (
    <DisplayClockContext value={clock}>
      <section className="replay-head" aria-label="Race">
        <ScrollBox className="prompt-text" label="Prompt" dir="auto">
          {prompt}
        </ScrollBox>
        <div className="start-line">
          <span className="dim">Finish line: {toFinishText(finish)}</span>
          <StartedAt at={race.startedAt} />
          {children}
        </div>
      </section>
      <Strip label="Strip" laneCount={race.lanes.length}>
        {race.lanes.map((lane) => (
          <RaceRow key={lane.lane} lane={lane} finish={finish} over={over} />
        ))}
      </Strip>
      <Transport
        cursorMs={cursorMs}
        endMs={reel.endMs}
        isPlaying={isPlaying}
        rate={rate}
        onToggle={toggle}
        onSeek={seek}
        onRate={setRate}
        finishes={finishes}
      />
      <StandingsTable lanes={race.lanes} over={over} />
      <Lanes
        count={race.lanes.length}
        sentinel={findSentinel(race.lanes)}
        hasSlips={true}
        heading={<Call race={race} />}
      >
        {race.lanes.map((lane) => (
          <ReplayLane key={lane.lane} lane={lane} over={over} />
        ))}
      </Lanes>
      <Announcer race={race} />
      <PhotoFinish race={reel.end} cursorMs={cursorMs} onSeek={seek} />
    </DisplayClockContext>
  )
}

function Call({ race }: { race: RaceState }) {
  const { headline, detail } = toVerdictText(race) ?? toRunningText(race, false)
  return (
    <>
      <h1 className="call-headline">{headline}</h1>
      <p className="call-detail">{detail}</p>
    </>
  )
}

const ReplayLane = memo(function ReplayLane({ lane, over }: { lane: LaneState; over: RaceState | null }) {
  const { model, stream } = lane
  return (
    <LaneSheet
      lane={lane}
      result={laneResult(over, lane)}
      over={over}
      isOpen={lane.outcome === null && over === null}
      head={
        <LaneHead
          lane={lane.lane}
          model={model}
          provider={toProviderName(lane)}
          stream={stream}
          onStream={null}
        />
      }
    />
  )
})
