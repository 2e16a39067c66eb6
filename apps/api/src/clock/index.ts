export { type Clock, type ClockLimits, createClock } from './clock.ts'
export { createClockRoutes } from './routes.ts'
