/** A finished race's tape, whole, and the reel that it makes. */
import type { RaceEvent } from '@drag-race/contracts'
import { useQuery } from '@tanstack/react-query'
import { fetchTape } from '../race/early-tape.ts'
import { readsOf } from '../race/reads-of.ts'
import { acceptTape, isTapeLines, readTapeLines } from '../race/tape-lines.ts'
import { ApiProblem, ask, isAway, toBreak } from '../read-json.ts'
import { createReel, type Reel } from './reel.ts'

export function useReel(raceId: string) {
  return useQuery({
    queryKey: ['reel', raceId],
    queryFn: ({ signal }) => readReel(raceId, signal),
    // A tape that has ended never changes; a long one is not kept when nobody looks at it.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    structuralSharing: false,
    refetchInterval: ({ state: { error } }) => {
      if (isAway(error)) return 5_000
      return error instanceof ApiProblem && error.code === 'still_running' ? 2_000 : false
    },
  })
}

async function readReel(raceId: string, signal: AbortSignal): Promise<Reel> {
  const path = `/api/races/${encodeURIComponent(raceId)}/events`
  const response = await ask(path, { headers: { accept: acceptTape }, signal }, fetchTape)
  if (!response.body || !isTapeLines(response)) {
    await response.body?.cancel()
    throw new ApiProblem('still_running', 409, 'This race still runs. It can be replayed when it has ended.')
  }
  const tape: RaceEvent[] = []
  try {
    for await (const events of readTapeLines(readsOf(response.body))) {
      for (const event of events) tape.push(event)
    }
  } catch (cause) {
    throw cause instanceof SyntaxError ? cause : toBreak(cause, signal)
  }
  return createReel(tape)
}
