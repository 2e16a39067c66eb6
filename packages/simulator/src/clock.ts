/** The clocks a simulator goes by. Both come from outside: tests bring their own. */
export interface Clock {
  /** The machine's monotonic clock, one for all its processes: `process.hrtime.bigint()`. */
  nowNs(): bigint
  /** Unix time, for `created` only. */
  wallMs(): number
}
