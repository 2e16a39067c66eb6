/** How a race that runs is stopped, and what is sent with its events. */
import * as z from 'zod/mini'

/** `POST /api/races/:id/stop`: the whole race, or one lane. */
export const StopRequest = z.strictObject({ lane: z.optional(z.int().check(z.nonnegative())) })
export type StopRequest = z.infer<typeof StopRequest>

/**
 * With the events of a race that runs: where its clock stands as the answer begins, in milliseconds since the green
 * light. A viewer who comes in the middle of a silence has no event that says so.
 */
export const raceClockHeader = 'x-race-clock-ms'
