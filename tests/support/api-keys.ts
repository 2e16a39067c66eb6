/** Keys of callers, as in gateway.yaml. */
import { createHash } from 'node:crypto'

/** An entry of `apiKeys.keys`; the key is `key-of-<id>`. */
export const keyOf = (id: string, more: object = {}) => ({ id, keyHash: hashOf(`key-of-${id}`), ...more })

export const hashOf = (key: string) => `sha256:${createHash('sha256').update(key).digest('hex')}`
