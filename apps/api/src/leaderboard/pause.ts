/**
 * Long work on the event loop of a running race stops every few milliseconds, so that its viewers are served: it awaits
 * this. The server gives the loop its turn; a test need not.
 */
export type Pause = () => Promise<unknown>
