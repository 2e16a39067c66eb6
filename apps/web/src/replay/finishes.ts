/** When each lane crossed its line, on the race's clock; a sentinel has no line. */
import { crossedMs, type RaceState } from '@drag-race/contracts'

export interface Finish {
  lane: number
  atMs: number
}

export function toFinishes({ lanes, request }: RaceState): Finish[] {
  return lanes.flatMap((lane) => {
    const ms = lane.sentinel ? null : crossedMs(lane, request?.finish ?? 'done')
    return ms === null || lane.startAt === null ? [] : [{ lane: lane.lane, atMs: lane.startAt + ms }]
  })
}
