import type { RaceState } from '@drag-race/contracts'

/**
 * The fold of a race that runs now, or waits to be written, of which the rows do not say all yet; null for all others.
 */
export type FindLive = (id: string) => RaceState | null
