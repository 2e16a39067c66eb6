/** The policies of `admission/`, ready to use, and those of their faults that need more than one value to find. */
import type { Budget, OwnBudget } from './budgets-schema.ts'
import type { ApiKey, Audit, Claims, Jwt, Mode } from './callers-schema.ts'
import type { UnknownModel } from './check-virtual-models.ts'
import type { Fault } from './faults.ts'
import type { RateLimit } from './limits-schema.ts'
import { fillIn } from './policy-variables.ts'
import { entries, list, type Raw, record } from './raw.ts'
import { resolveReferences, type Variables } from './references.ts'
import type { GatewayFile } from './schema.ts'
import { addressFault } from './web-address.ts'

export interface AdmissionConfig {
  rateLimits: RateLimit[]
  apiKeys: { mode: Mode; keys: ApiKey[] }
  jwt: JwtConfig | null
  audit: Audit | null
  budgets: Budget[]
}

export interface JwtConfig {
  mode: Mode
  issuer: string
  audience: string
  claims: Claims
  rateLimits: RateLimit[]
  budget?: OwnBudget | undefined
  source: { kind: 'secret'; secret: string } | { kind: 'jwks'; url: string; cooldownMs: number }
}

export function toAdmissionConfig(
  { rateLimits, apiKeys, jwt, audit, budgets }: GatewayFile['llm']['policies'],
  variables: Variables,
): AdmissionConfig {
  return {
    rateLimits,
    apiKeys: apiKeys ?? { mode: 'off', keys: [] },
    jwt: jwt ? toJwtConfig(jwt, variables) : null,
    audit: audit ? { ...audit, path: fillIn(audit.path, variables) } : null,
    budgets,
  }
}

/** Works on the raw value, for the reason given in `cross-check.ts`. */
export function admissionFaults(
  policies: Raw | null,
  variables: Variables,
  unknownModel: UnknownModel,
): Fault[] {
  const keys = entries(record(policies?.apiKeys)?.keys)
  const takenIn = { id: toFirsts(keys, 'id'), keyHash: toFirsts(keys, 'keyHash') }
  return [
    ...keys.flatMap(({ allowedModels }, index) => [
      ...taken(keys, index, 'id', takenIn.id),
      ...taken(keys, index, 'keyHash', takenIn.keyHash),
      // A key that names a model which does not exist allows nothing.
      ...list(allowedModels).flatMap((name, at) =>
        unknownModel(name, [...policiesPath, 'apiKeys', 'keys', index, 'allowedModels', at]),
      ),
    ]),
    ...jwtFaults(record(policies?.jwt), variables),
    ...strictWithoutKeys(record(policies?.apiKeys), keys, record(policies?.jwt)),
  ]
}

function toJwtConfig({ jwks, secret, jwksCooldownMs, ...jwt }: Jwt, variables: Variables): JwtConfig {
  const source =
    secret === undefined
      ? ({ kind: 'jwks', url: fillIn(jwks ?? '', variables), cooldownMs: jwksCooldownMs } as const)
      : ({ kind: 'secret', secret: fillIn(secret, variables) } as const)
  const issuer = fillIn(jwt.issuer, variables)
  const audience = fillIn(jwt.audience, variables)
  return { ...jwt, issuer, audience, source }
}

type Unique = 'id' | 'keyHash'

/** Each value → the index of the first key that has it. A search for each of some thousand keys would take seconds. */
function toFirsts(keys: Raw[], member: Unique): Map<unknown, number> {
  const firsts = new Map<unknown, number>()
  for (const [index, key] of keys.entries()) {
    for (const value of [key[member]].flat()) if (!firsts.has(value)) firsts.set(value, index)
  }
  return firsts
}

function taken(keys: Raw[], index: number, member: Unique, firsts: Map<unknown, number>): Fault[] {
  const given = keys[index]?.[member]
  const values = [given].flat()
  return values.flatMap((value, at) => {
    const first = firsts.get(value)
    if (typeof value !== 'string' || (first === index && values.indexOf(value) === at)) return []
    const path = [...policiesPath, 'apiKeys', 'keys', index, member, ...(Array.isArray(given) ? [at] : [])]
    const sentence =
      first === index
        ? 'is listed twice; leave one out'
        : `is the same as that of llm.policies.apiKeys.keys[${first}]; each key needs its own`
    return [{ path, sentence }]
  })
}

function strictWithoutKeys(apiKeys: Raw | null, keys: Raw[], jwt: Raw | null): Fault[] {
  if (!apiKeys || apiKeys.mode === 'off' || apiKeys.mode === 'optional' || keys.length > 0) return []
  // Callers with a token are let in.
  if (jwt && jwt.mode !== 'off') return []
  const sentence =
    'lets nobody in: mode strict needs at least one key; `npm run gateway:key -- <id>` makes an entry'
  return [{ path: [...policiesPath, 'apiKeys'], sentence }]
}

/** HS256 requires a secret at least as long as its hash (RFC 7518, 3.2). */
const secretBytesMin = 32

function jwtFaults(jwt: Raw | null, variables: Variables): Fault[] {
  if (!jwt) return []
  const path = [...policiesPath, 'jwt']
  const hasBoth = jwt.jwks !== undefined && jwt.secret !== undefined
  if (hasBoth || (jwt.jwks === undefined && jwt.secret === undefined)) {
    return [{ path, sentence: `needs one of jwks and secret${hasBoth ? ', not both' : ''}` }]
  }
  const member = jwt.jwks === undefined ? 'secret' : 'jwks'
  const value = jwt[member]
  if (typeof value !== 'string') return []
  const resolved = resolveReferences(value, variables)
  if (resolved.state === 'missing') return []
  const sentence =
    member === 'jwks'
      ? addressFault(resolved.text, 'name an address that needs none')
      : shortSecret(resolved.text)
  return sentence === null ? [] : [{ path: [...path, member], sentence }]
}

function shortSecret(text: string): string | null {
  return Buffer.byteLength(text) >= secretBytesMin ? null : `must have at least ${secretBytesMin} bytes`
}

const policiesPath = ['llm', 'policies'] as const
