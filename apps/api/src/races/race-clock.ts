/**
 * The clock of one race: zero is its green light. Monotonic, and the same in all threads and processes of the machine.
 */
export interface RaceClock {
  /** Milliseconds since the green light, two decimals; 0 before it. */
  at(stampNs: bigint): number
  /** Nanoseconds of `process.hrtime`. */
  now(): bigint
}

export function createRaceClock(): RaceClock & {
  /** Sets the green light to this moment, and returns it. */
  start(stampNs?: bigint): bigint
} {
  let startNs: bigint | null = null
  const now = () => process.hrtime.bigint()
  return {
    start(stampNs = now()) {
      startNs = stampNs
      return startNs
    },
    at: (stampNs) => (startNs === null ? 0 : Math.round(Number(stampNs - startNs) / 10_000) / 100),
    now,
  }
}
