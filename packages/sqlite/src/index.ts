export * from './migrate.ts'
export * from './same-file.ts'
