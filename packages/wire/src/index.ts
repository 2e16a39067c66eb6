export * from './decode.ts'
export * from './encode.ts'
export * from './frames.ts'
export * from './write.ts'
