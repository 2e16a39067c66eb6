export { createLeaderboardRoutes } from './routes.ts'
