import type { RaceEvent, Unnumbered } from '@drag-race/contracts'

/** A tape of two lanes without an end, on which the last stamp is not the newest, followed by `more`. */
export function toHandmade(raceId: string, ...more: Unnumbered[]): RaceEvent[] {
  const lanes = [0, 1].map((lane) => ({ lane, model: 'm', stream: true, provider: null, simulated: false }))
  const request = {
    prompt: 'p',
    finish: 'done' as const,
    lanes: [0, 1].map(() => ({ model: 'm', stream: true })),
  }
  const token = { type: 'token', content: 'x', kind: 'answer' } as const
  const first = (lane: number, ms: number): Unnumbered[] => [
    { type: 'ttft', at: ms, lane, ms },
    { ...token, at: ms, lane },
  ]
  const events: Unnumbered[] = [
    { type: 'race-start', at: 0, raceId, startedAt: '2026-01-01T00:00:00.000Z', request, lanes },
    { type: 'lane-start', at: 0, lane: 0 },
    { type: 'lane-start', at: 0, lane: 1 },
    ...first(0, 950),
    ...first(1, 949),
    ...more,
  ]
  return toNumbered(events)
}

export function toNumbered(events: readonly Unnumbered[]): RaceEvent[] {
  return events.map((event, seq) => ({ ...event, seq }))
}
