/**
 * When the simulator wrote what. `GET /ledger/:completionId` on the simulator returns it after the call.
 * Times are nanoseconds of `process.hrtime.bigint()`, as decimal strings: one clock for all processes of a machine.
 */
import * as z from 'zod/mini'

/** The id of each completion of the simulator begins with this. Gateways pass it on, so it marks simulated answers. */
export const simulatorIdPrefix = 'chatcmpl-sim-'

const nanoseconds = z.string().check(z.regex(/^\d+$/))

export const SimulatorLedger = z.object({
  completionId: z.string(),
  model: z.string(),
  seed: z.number(),
  stream: z.boolean(),
  /** When the whole request had been read. */
  acceptedAtNs: nanoseconds,
  /** One entry for each chunk with tokens: how many, and when its bytes were handed to the socket. */
  chunks: z.array(z.object({ tokens: z.number(), dueAtNs: nanoseconds, writtenAtNs: nanoseconds })),
  /** When the response ended or was cut; null while it runs. */
  endedAtNs: z.nullable(nanoseconds),
})
export type SimulatorLedger = z.infer<typeof SimulatorLedger>
