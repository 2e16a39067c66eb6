import type { RaceSummary } from '@drag-race/contracts'

/** A finished race of the history without lanes, but for the given part. */
export function raceOf(part: Partial<RaceSummary> = {}): RaceSummary {
  return {
    id: 'r',
    startedAt: '2026-03-15T12:00:00Z',
    status: 'finished',
    prompt: 'p',
    category: null,
    finish: 'done',
    origin: 'here',
    marginMs: 1.9,
    clock: null,
    coldStart: false,
    tags: {},
    verdict: null,
    lanes: [],
    ...part,
  }
}
