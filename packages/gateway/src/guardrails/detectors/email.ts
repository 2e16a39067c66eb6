/** Mail addresses as people write them: any letters before the `@`, a host of up to five parts behind it. */
import { createPattern } from '../pattern.ts'

const local = '[\\p{L}\\p{N}_.%+\\-]{1,64}'
const host = '(?:[\\p{L}\\p{N}\\-]{1,63}\\.){1,4}\\p{L}{2,24}'

export const createEmail = () =>
  createPattern({ label: 'email', source: `${local}@${host}`, charsMax: 1_000 })
