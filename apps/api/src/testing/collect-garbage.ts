import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')

/** At once, and whole: what nothing holds any more, a WeakRef no longer finds. */
export const collectGarbage = runInNewContext('gc') as () => void
