export { createLaneThread, type LaneThread } from './lane-thread.ts'
export { createRaces, type Races } from './races.ts'
export { createRaceRoutes, type ViewerLimits } from './routes.ts'
export type { RaceLimits } from './run-race.ts'
