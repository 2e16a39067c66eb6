/** The stop of a running race, and the header that is sent with its events. */
import * as z from 'zod/mini'

/** `POST /api/races/:id/stop`: the whole race, or one lane. */
export const StopRequest = z.strictObject({ lane: z.optional(z.int().check(z.nonnegative())) })
export type StopRequest = z.infer<typeof StopRequest>

/**
 * Sent with the events of a running race: the time of its clock when the answer begins, in milliseconds since the green
 * light. A viewer who comes while all lanes are silent has no event that says so.
 */
export const raceClockHeader = 'x-race-clock-ms'
