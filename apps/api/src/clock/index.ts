export { type Clock, createClock } from './clock.ts'
export { createClockRoutes } from './routes.ts'
