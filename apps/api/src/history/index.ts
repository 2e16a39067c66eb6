export { DatabaseUnavailable } from './database-unavailable.ts'
export { damageAdvice, isDamage, openDatabase } from './open-database.ts'
export { recoverRaces } from './recover.ts'
export { createHistoryRoutes } from './routes.ts'
