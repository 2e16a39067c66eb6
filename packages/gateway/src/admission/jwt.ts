/**
 * From a token to its caller, if signature, issuer, audience and time are right. The gateway chooses which algorithms
 * it accepts, not the token: a public key is never used as a shared secret, and `none` is refused.
 */
import { errors, type JWTPayload, type JWTVerifyOptions, jwtVerify } from 'jose'
import { toJwtBudget } from '../budgets/budget-rule.ts'
import type { Clock } from '../clock.ts'
import type { JwtConfig } from '../config/admission.ts'
import type { Claims } from '../config/callers-schema.ts'
import { record } from '../dialects/read-json.ts'
import { GatewayError } from '../errors.ts'
import { fittingTags, type Tags } from '../tags.ts'
import { invalidToken } from './credential.ts'
import type { Common, Identity } from './identity.ts'
import type { KeySets } from './key-sets.ts'
import { toOwnRules } from './limit-rule.ts'

export type TokenReader = (token: string) => Promise<Identity>

const secretAlgorithms = ['HS256', 'HS384', 'HS512']
const keyAlgorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
]
/** The clocks of two machines never agree exactly. */
const clockToleranceS = 5

/** The reader rejects with `invalid_token`, or with `auth_unavailable` when the issuer's keys cannot be loaded. */
export function createTokenReader(
  config: JwtConfig,
  common: Common,
  { clock, keySets }: { clock: Clock; keySets: KeySets },
): TokenReader {
  const own: Common = {
    rules: [...common.rules, ...toOwnRules('jwt', config.rateLimits)],
    budgets: [...common.budgets, ...toJwtBudget(config.budget)],
  }
  const verify = createVerify(config, keySets)
  return async (token) => {
    try {
      const { payload } = await verify(token, {
        issuer: config.issuer,
        audience: config.audience,
        requiredClaims: ['exp', config.claims.id],
        clockTolerance: clockToleranceS,
        currentDate: clock.date(),
      })
      return toIdentity(payload, config.claims, own)
    } catch (error) {
      throw toAnswer(error)
    }
  }
}

type Verify = (token: string, options: JWTVerifyOptions) => Promise<{ payload: JWTPayload }>

function createVerify({ source }: JwtConfig, keySets: KeySets): Verify {
  if (source.kind === 'secret') {
    const secret = new TextEncoder().encode(source.secret)
    return (token, options) => jwtVerify(token, secret, { ...options, algorithms: secretAlgorithms })
  }
  const keys = keySets.of(source.url, source.cooldownMs)
  return async (token, given) => {
    const options = { ...given, algorithms: keyAlgorithms }
    try {
      return await jwtVerify(token, keys, options)
    } catch (error) {
      if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error
      return verifyWithEach(error, token, options)
    }
  }
}

/** A token without a key id can be of each key of its type, and while keys rotate there are two. */
async function verifyWithEach(
  keys: InstanceType<typeof errors.JWKSMultipleMatchingKeys>,
  token: string,
  options: JWTVerifyOptions,
): Promise<{ payload: JWTPayload }> {
  for await (const key of keys) {
    try {
      return await jwtVerify(token, key, options)
    } catch (error) {
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw error
    }
  }
  throw new errors.JWSSignatureVerificationFailed()
}

const idCharsMax = 200

function toIdentity(payload: JWTPayload, claims: Claims, own: Common): Identity {
  const id = payload[claims.id]
  if (typeof id !== 'string' || id === '' || id.length > idCharsMax) {
    throw invalidToken(`its claim ${claims.id} is not a text of 1 to ${idCharsMax} characters`)
  }
  const tenant = claimOf(payload, claims.tenant)
  // Refused, not shortened: two long tenants could become the same one.
  if (typeof tenant === 'string' && tenant.length > idCharsMax) {
    throw invalidToken(`its claim ${claims.tenant} is longer than ${idCharsMax} characters`)
  }
  return {
    id: `jwt:${id}`,
    tenant: typeof tenant === 'string' && tenant !== '' ? tenant : null,
    // If the claim is configured and the token lacks it, no model is allowed: the token may be meant for another
    // service.
    allowedModels: claims.allowedModels ? new Set(toNames(claimOf(payload, claims.allowedModels))) : null,
    ...own,
    tags: toTags(claimOf(payload, claims.tags)),
    isAdmin: claimOf(payload, claims.isAdmin) === true,
  }
}

function claimOf(payload: JWTPayload, name: string | undefined): unknown {
  return name === undefined ? undefined : payload[name]
}

function toNames(claim: unknown): string[] {
  if (typeof claim === 'string') return claim.split(' ').filter((name) => name !== '')
  return Array.isArray(claim) ? claim.filter((name) => typeof name === 'string') : []
}

function toTags(claim: unknown): Tags {
  return fittingTags(Object.entries(record(claim)))
}

function toAnswer(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error
  // The issuer did not answer, or its key cannot be used: the token could not be checked, so it is not called wrong.
  if (!(error instanceof errors.JOSEError) || error instanceof errors.JWKSInvalid) {
    const { message } = error as Error
    return new GatewayError(
      'auth_unavailable',
      `The issuer's key to check this token cannot be used: ${message}. The issuer must publish another; check llm.policies.jwt.jwks.`,
      { cause: error },
    )
  }
  if (error.code === 'ERR_JOSE_GENERIC') {
    return new GatewayError(
      'auth_unavailable',
      'The keys to check tokens cannot be loaded now. Try again; if that does not help, check llm.policies.jwt.jwks.',
      { cause: error },
    )
  }
  return invalidToken(toReason(error))
}

/** The answer names the claim that was wrong, which helps the caller, but never repeats its value. */
function toReason(error: InstanceType<typeof errors.JOSEError>): string {
  if (error instanceof errors.JWTExpired) return 'it has expired'
  if (error instanceof errors.JWTClaimValidationFailed) {
    const { claim, reason } = error
    return claim === 'nbf' && reason === 'check_failed'
      ? 'it is not valid yet, by the clock of this gateway'
      : `its claim ${claim} is missing or not what this gateway expects`
  }
  return 'it is malformed, or not signed with a key and algorithm that this gateway accepts'
}
