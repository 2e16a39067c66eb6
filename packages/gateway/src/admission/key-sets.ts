/**
 * The issuer's public keys, kept between calls and over a reload: asked for again when a token names a key that is not
 * among them. One issuer is all that a config names, so one set is all that is kept.
 */
import { createRemoteJWKSet, type JWTVerifyGetKey } from 'jose'

export interface KeySets {
  /** The same address gives the same set. */
  of(url: string, cooldownMs: number): JWTVerifyGetKey
}

/** A caller waits no longer for the issuer's keys. */
const jwksMsMax = 5_000

export function createKeySets(): KeySets {
  let last: { id: string; keys: JWTVerifyGetKey } | null = null
  return {
    of(url, cooldownMs) {
      const id = `${cooldownMs} ${url}`
      if (last?.id !== id) {
        const keys = createRemoteJWKSet(new URL(url), {
          cooldownDuration: cooldownMs,
          timeoutDuration: jwksMsMax,
        })
        last = { id, keys }
      }
      return last.keys
    },
  }
}
