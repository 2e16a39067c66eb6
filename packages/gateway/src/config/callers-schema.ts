/** The shape of `apiKeys`, `jwt` and `audit`: who may call, how they prove it, and where it is written down. */
import { z } from 'zod'
import { RateLimit } from './limits-schema.ts'

/**
 * `off`: nobody is asked. `optional`: a caller without a credential is anonymous, one with a wrong credential is refused.
 * `strict`: everybody needs one.
 */
const Mode = z.enum(['off', 'optional', 'strict'], 'must be off, optional or strict')
export type Mode = z.infer<typeof Mode>

/** Without a colon: `jwt:…` and `ip:…` are the names of other callers. */
const id = z
  .string()
  .regex(/^[\w.@-]{1,100}$/, 'must have 1 to 100 letters, digits, dots, dashes, underscores or @')
const tenant = z.string().min(1, 'must not be empty').max(100, 'must have at most 100 characters')

const ApiKey = z.strictObject({
  id,
  /** The key itself stands nowhere; `pnpm gateway:key` prints both. */
  keyHash: z
    .string()
    .regex(/^sha256:[0-9a-f]{64}$/, 'must be sha256: and 64 hex digits, as `pnpm gateway:key` prints it'),
  tenant: tenant.optional(),
  /** Every model when left out. */
  allowedModels: z.array(z.string()).optional(),
  /** Beside those of `policies`, and counted for this key alone. */
  rateLimits: z.array(RateLimit).default([]),
  tags: z.record(z.string(), z.string()).default({}),
  isAdmin: z.boolean().default(false),
})
export type ApiKey = z.infer<typeof ApiKey>

const ApiKeys = z.strictObject({ mode: Mode.default('strict'), keys: z.array(ApiKey).default([]) })

/** Which claim says what. A claim that is named here and missing in a token gives nothing. */
const Claims = z.strictObject({
  id: z.string().default('sub'),
  tenant: z.string().optional(),
  /** A list, or one text with spaces between the names. */
  allowedModels: z.string().optional(),
  tags: z.string().optional(),
  /** `true` makes an admin; nothing else does. */
  isAdmin: z.string().optional(),
})
export type Claims = z.infer<typeof Claims>

const Jwt = z.strictObject({
  mode: Mode.default('strict'),
  /** Address of the issuer's public keys; they may rotate. */
  jwks: z.string().optional(),
  /** Or a secret that issuer and gateway share: `$NAME`. */
  secret: z.string().optional(),
  issuer: z.string().min(1, 'must not be empty'),
  audience: z.string().min(1, 'must not be empty'),
  claims: Claims.prefault({}),
  /** For each caller with a token. */
  rateLimits: z.array(RateLimit).default([]),
  /** How long after a look at `jwks` an unknown key id may cause the next one. */
  jwksCooldownMs: z.int().min(0).max(3_600_000).default(30_000),
})
export type Jwt = z.infer<typeof Jwt>

const Audit = z.strictObject({
  path: z.string().min(1, 'must not be empty'),
  maxBytes: z.int().min(1_000).max(10_000_000_000).default(10_000_000),
  /** Full files that are kept beside the one being written. */
  keep: z.int().min(0).max(1_000).default(5),
})
export type Audit = z.infer<typeof Audit>

/** These keys of `llm.policies`. */
export const admissionPolicies = {
  rateLimits: z.array(RateLimit).default([]),
  apiKeys: ApiKeys.optional(),
  jwt: Jwt.optional(),
  audit: Audit.optional(),
}
