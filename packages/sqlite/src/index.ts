export * from './migrate.ts'
export * from './watch-file.ts'
