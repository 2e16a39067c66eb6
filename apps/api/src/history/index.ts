export { DatabaseUnavailable, damageAdvice, isDamage, openDatabase } from './open-database.ts'
export { recoverRaces } from './recover.ts'
export { createHistoryRoutes } from './routes.ts'
