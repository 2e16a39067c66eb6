export { createTelemetryRoutes } from './routes.ts'
export { createTelemetry, type Telemetry } from './telemetry.ts'
