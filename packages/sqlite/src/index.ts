export * from './is-damage.ts'
export * from './make-file.ts'
export * from './migrate.ts'
export * from './same-file.ts'
