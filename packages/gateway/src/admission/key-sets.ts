/**
 * The issuer's public keys, kept between calls and over a reload. They are loaded again when a token names a key that
 * is not among them, and every ten minutes, so that tokens with a withdrawn key are refused. While the issuer cannot be
 * reached, the known keys stay valid, for a day at most. A config names one issuer, so one set is kept.
 */
import { createRemoteJWKSet, customFetch, errors, type FetchImplementation, type JWTVerifyGetKey } from 'jose'
import type { Logger } from 'pino'
import type { Clock } from '../clock.ts'
import { readAll } from '../upstream/read-all.ts'

export interface KeySets {
  /** The same URL and cooldown as in the call before give the same set. */
  of(url: string, cooldownMs: number): JWTVerifyGetKey
}

/** How long a caller waits for the issuer's keys at most. */
const jwksMsMax = 5_000
/**
 * Enough for a hundred keys with their certificates. A gigabyte could arrive within `jwksMsMax`, fill the memory and
 * hold up all calls.
 */
const jwksBytesMax = 1_000_000
const renewMs = 600_000
/** How long after a failed renewal the issuer is asked again. */
const retryMs = 30_000
/** After a failure the issuer is asked again at the earliest after this: the library's cooldown begins with a good answer only. */
const pauseMsMax = 5_000
/** How often the log says at most why keys cannot be loaded: any token with a made-up key id makes the gateway try. */
const tellEveryMs = 60_000
/** How long keys are valid at most while the issuer cannot be reached: one of them may have been withdrawn. */
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
  const pauseMs = Math.min(cooldownMs, pauseMsMax)
  let askAgainAtMs = Number.NEGATIVE_INFINITY
  let tellAtMs = Number.NEGATIVE_INFINITY
  let renewAtMs = clock.monotonicMs() + renewMs

  const ask: FetchImplementation = async (address, options) => {
    const nowMs = clock.monotonicMs()
    if (nowMs < askAgainAtMs) throw new errors.JOSEError(`${address} was asked less than ${pauseMs} ms ago`)
    askAgainAtMs = nowMs + pauseMs
    // Within the pause a renewal would fail.
    renewAtMs = Math.max(renewAtMs, askAgainAtMs)
    try {
      return await fetchBounded(address, options)
    } catch (cause) {
      // Of the library's class, like its other errors of loading: an error of another class concerns a key that was read.
      throw new errors.JOSEError(`${address} cannot be asked`, { cause })
    }
  }
  const remote = createRemoteJWKSet(new URL(url), {
    cooldownDuration: cooldownMs,
    timeoutDuration: jwksMsMax,
    cacheMaxAge: keptMsMax,
    [customFetch]: ask,
  })

  const renew = async () => {
    // Only one call waits for the renewal. Until it is done, all others use the known keys.
    renewAtMs = clock.monotonicMs() + retryMs
    try {
      await remote.reload()
      renewAtMs = clock.monotonicMs() + renewMs
    } catch (err) {
      log.warn(
        { err, jwks: url },
        'the keys of the issuer cannot be renewed; the known keys are used for a day',
      )
    }
  }
  const tell = (err: unknown) => {
    // Calls within the pause get an error that says only that there is a pause. The one before it was told.
    if (!isOfLoading(err) || askAgainAtMs - pauseMs < tellAtMs) return
    tellAtMs = askAgainAtMs - pauseMs + tellEveryMs
    log.warn(
      { err, jwks: url },
      'the keys of the issuer cannot be loaded; tokens with an unknown key cannot be checked',
    )
  }
  return async (header, token) => {
    if (remote.jwks() !== undefined && clock.monotonicMs() >= renewAtMs) await renew()
    try {
      return await remote(header, token)
    } catch (error) {
      tell(error)
      throw error
    }
  }
}

/** Unlike the errors about one token or one key. */
function isOfLoading(error: unknown): boolean {
  return (
    error instanceof errors.JWKSInvalid ||
    (error instanceof errors.JOSEError && error.code === 'ERR_JOSE_GENERIC')
  )
}

const fetchBounded: FetchImplementation = async (url, options) => {
  const response = await fetch(url, options)
  if (response.status !== 200 || response.body === null) return response
  const { bytes, isWhole } = await readAll(response.body, jwksBytesMax)
  if (!isWhole)
    throw new Error(`the answer of ${url} is longer than ${jwksBytesMax} bytes, too long for a set of keys`)
  return new Response(new Uint8Array(bytes))
}
