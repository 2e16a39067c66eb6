/** Time comes in by argument, so that tests can hold it still. */
export interface Clock {
  /** Milliseconds on a clock that never jumps; only differences mean anything. */
  monotonicMs(): number
  /** The date, for price tables and `created`. */
  date(): Date
}
