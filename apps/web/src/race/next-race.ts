/**
 * The race after the one on the screen: the same request, except for the streaming switches that were flipped
 * meanwhile. They change nothing in a race that runs.
 */
import type { LaneRequest, RaceRequest } from '@drag-race/contracts'
import { navigate } from 'wouter/use-browser-location'
import { create } from 'zustand'
import { beginRace } from './begin-race.ts'
import { rerunTag, toRerunTags } from './rerun-tags.ts'
import { useSetup } from './setup-store.ts'
import { theRace } from './the-race.ts'

interface NextRace {
  /** By lane; only the switches that were flipped. */
  streams: Record<number, boolean>
  setStream(lane: number, isOn: boolean): void
}

export const useNextRace = create<NextRace>()((set) => ({
  streams: {},
  setStream: (lane, isOn) => set(({ streams }) => ({ streams: { ...streams, [lane]: isOn } })),
}))

// When another race comes on the screen, the switches of the one before are forgotten.
theRace.subscribe(({ race }, before) => {
  if (race.raceId !== before.race.raceId) useNextRace.setState({ streams: {} })
})

export function raceAgain() {
  const request = toNextRequest()
  if (request) beginRace(request)
}

/** A race of this lane alone: it wins nothing, but it shows whether the lane can finish. It is tagged as a rerun. */
export function rerunLane(lane: number) {
  const request = toNextRequest()
  const { raceId } = theRace.getState().race
  if (!request || raceId === null) return
  const tags = toRerunTags(request.tags ?? {}, raceId)
  beginRace({ ...request, lanes: request.lanes.slice(lane, lane + 1), tags })
}

/** Back to the setup, with this race's prompt and lanes to change; after a rerun, with what the setup held before. */
export function rearrange() {
  const request = toNextRequest()
  const isRerun = request?.tags?.[rerunTag] !== undefined
  if (request && !(isRerun && useSetup.getState().setup.lanes.length > 0)) {
    useSetup.getState().takeOver(request)
  }
  navigate('/')
}

function toNextRequest(): RaceRequest | null {
  const { request } = theRace.getState().race
  const { streams } = useNextRace.getState()
  if (!request) return null
  const lanes: LaneRequest[] = request.lanes.map((lane, index) => ({
    ...lane,
    stream: streams[index] ?? lane.stream,
  }))
  return { ...request, lanes }
}
