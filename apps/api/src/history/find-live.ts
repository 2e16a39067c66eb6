import type { RaceState } from '@drag-race/contracts'

/**
 * The fold of a race that runs now, or whose end waits to be written: its rows are not complete yet. null for all
 * others.
 */
export type FindLive = (id: string) => RaceState | null
