/** The clocks of a simulator. They come in by argument, so that tests can bring their own. */
export interface Clock {
  /** The machine's monotonic clock, one for all its processes: `process.hrtime.bigint()`. */
  nowNs(): bigint
  /** Unix time, for `created` only. */
  wallMs(): number
}
