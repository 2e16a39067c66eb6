/**
 * The issuer's public keys, kept between calls and over a reload: asked for again when a token names a key that is not
 * among them, and every ten minutes, so that a key that was withdrawn is known no longer. While the issuer cannot be asked,
 * those that are known hold on. One issuer is all that a config names, so one set is all that is kept.
 */
import { createRemoteJWKSet, customFetch, type FetchImplementation, type JWTVerifyGetKey } from 'jose'
import type { Logger } from 'pino'
import type { Clock } from '../clock.ts'
import { readAll } from '../upstream/read-all.ts'

export interface KeySets {
  /** The same address gives the same set. */
  of(url: string, cooldownMs: number): JWTVerifyGetKey
}

/** A caller waits no longer for the issuer's keys. */
const jwksMsMax = 5_000
/** A hundred keys with their certificates. A gigabyte, which comes in less time, would fill the memory and hold up all calls. */
const jwksBytesMax = 1_000_000
const renewMs = 600_000
/** Until an issuer that could not be asked is asked again. */
const retryMs = 30_000
/** A withdrawn key is good for no longer, whatever keeps the issuer from saying so. */
const keptMsMax = 24 * 3_600_000

export function createKeySets({ clock, log }: { clock: Clock; log: Logger }): KeySets {
  let last: { id: string; keys: JWTVerifyGetKey } | null = null
  return {
    of(url, cooldownMs) {
      const id = `${cooldownMs} ${url}`
      if (last?.id !== id) last = { id, keys: createKeySet(url, cooldownMs, { clock, log }) }
      return last.keys
    },
  }
}

function createKeySet(
  url: string,
  cooldownMs: number,
  { clock, log }: { clock: Clock; log: Logger },
): JWTVerifyGetKey {
  const remote = createRemoteJWKSet(new URL(url), {
    cooldownDuration: cooldownMs,
    timeoutDuration: jwksMsMax,
    cacheMaxAge: keptMsMax,
    [customFetch]: fetchBounded,
  })
  let renewAtMs = clock.monotonicMs() + renewMs

  const renew = async () => {
    // One call waits for it, and the others go on with what is known.
    renewAtMs = clock.monotonicMs() + retryMs
    try {
      await remote.reload()
      renewAtMs = clock.monotonicMs() + renewMs
    } catch (err) {
      log.warn({ err, jwks: url }, 'the keys of the issuer cannot be renewed: those known hold for a day')
    }
  }
  return async (header, token) => {
    if (remote.jwks() !== undefined && clock.monotonicMs() >= renewAtMs) await renew()
    return remote(header, token)
  }
}

const fetchBounded: FetchImplementation = async (url, options) => {
  const response = await fetch(url, options)
  if (response.status !== 200 || response.body === null) return response
  const { bytes, isWhole } = await readAll(response.body, jwksBytesMax)
  if (!isWhole)
    throw new Error(`what ${url} answered is longer than ${jwksBytesMax} bytes: no set of keys is`)
  return new Response(new Uint8Array(bytes))
}
