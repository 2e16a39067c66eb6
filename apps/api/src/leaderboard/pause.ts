/**
 * Long work on the event loop awaits this every few milliseconds, so that the viewers of a running race are served. The
 * server passes one that gives the loop its turn; a test need not.
 */
export type Pause = () => Promise<unknown>
