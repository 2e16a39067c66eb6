export { createGroundTruthRoutes } from './routes.ts'
