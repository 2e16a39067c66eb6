/** The shape of `apiKeys`, `jwt` and `audit`: who may call, how callers prove it, and where calls are logged. */
import { z } from 'zod'
import { OwnBudget } from './budgets-schema.ts'
import { RateLimit } from './limits-schema.ts'

const Mode = z
  .enum(['off', 'optional', 'strict'], 'must be off, optional or strict')
  .describe(
    '`off`: these credentials are not read. `optional`: a caller without a credential is anonymous, one with a wrong credential is refused. `strict` (in `apiKeys` or in `jwt`): a caller without a credential is refused too.',
  )
export type Mode = z.infer<typeof Mode>

/** Without a colon: callers with a token are called `jwt:…`, and callers without a credential `ip:…`. */
const id = z
  .string()
  .regex(/^[\w.@-]{1,100}$/, 'must have 1 to 100 letters, digits, dots, dashes, underscores or @')
const tenant = z.string().min(1, 'must not be empty').max(100, 'must have at most 100 characters')

const noHash = 'must be sha256: and 64 hex digits, as `npm run gateway:key -- <id>` prints it'
const noHashes = `${noHash}, or a list of one to four of these`
const keyHash = z.string().regex(/^sha256:[0-9a-f]{64}$/, noHash)

const ApiKey = z.strictObject({
  id: id.describe("The caller's name in limits, in the audit log and in conditions (`caller.id`)."),
  keyHash: z
    .union([keyHash, z.array(keyHash).min(1, noHashes).max(4)], { error: noHashes })
    .describe(
      'The hash of the key, or a list of one to four hashes while callers move from an old key to a new one. The key itself is stored nowhere; `npm run gateway:key -- <id>` makes one and prints it with its hash.',
    ),
  tenant: tenant.optional().describe('The group that the caller belongs to.'),
  allowedModels: z
    .array(z.string())
    .optional()
    .describe(
      'The models that the caller may call, virtual models and models found at start (`ollama/llama3.2`) included; every model when left out.',
    ),
  rateLimits: z
    .array(RateLimit)
    .default([])
    .describe('Limits of this key alone. Those of `llm.policies` apply too.'),
  budget: OwnBudget.optional().describe(
    'What this key alone may spend. The budgets of `llm.policies` apply too.',
  ),
  tags: z
    .record(z.string(), z.string())
    .default({})
    .describe(
      'Texts about the caller, by name, for conditions (`caller.tags`), budgets, the books and the audit log. A call cannot change them.',
    ),
  isAdmin: z
    .boolean()
    .default(false)
    .describe(
      'Whether the caller may see all callers, targets, usage, budgets and which config is in force (`GET /admin/callers`, `/admin/targets`, `/admin/usage`, `/admin/budgets`, `/admin/config`), and make a backup of the books (`POST /admin/backup`).',
    ),
})
export type ApiKey = z.infer<typeof ApiKey>

const ApiKeys = z.strictObject({
  mode: Mode.default('strict'),
  keys: z
    .array(ApiKey)
    .default([])
    .describe(
      'One entry for each key; `strict` needs at least one, unless callers with a token (`jwt`) are let in.',
    ),
})

const Claims = z.strictObject({
  id: z.string().default('sub').describe('The claim that names the caller, in 1 to 200 characters.'),
  tenant: z
    .string()
    .optional()
    .describe(
      "The claim that names the caller's tenant, in at most 200 characters; an empty text means no tenant.",
    ),
  allowedModels: z
    .string()
    .optional()
    .describe(
      'The claim with the models that the caller may call: a list, or one text with spaces between the names.',
    ),
  tags: z.string().optional().describe('The claim that holds texts about the caller, by name.'),
  isAdmin: z
    .string()
    .optional()
    .describe('The claim that makes the caller an admin if its value is `true`; any other value does not.'),
})
export type Claims = z.infer<typeof Claims>

const Jwt = z.strictObject({
  mode: Mode.default('strict'),
  jwks: z
    .string()
    .optional()
    .describe(
      "The address of the issuer's public keys, one megabyte at most. The keys can rotate: they are loaded again when they are ten minutes old. While the issuer cannot be reached, the last ones are used for up to a day. Set either this or `secret`.",
    ),
  secret: z
    .string()
    .optional()
    .describe('A secret that issuer and gateway share, of 32 bytes or more, given as a variable (`$NAME`).'),
  issuer: z.string().min(1, 'must not be empty').describe("The value that a token's `iss` must have."),
  audience: z
    .string()
    .min(1, 'must not be empty')
    .describe("The value that a token's `aud` must be or contain."),
  claims: Claims.prefault({}).describe(
    'The names of the claims that are read. A claim that is named here but missing in a token grants nothing: no tenant, no tags, no admin rights, and no model.',
  ),
  rateLimits: z
    .array(RateLimit)
    .default([])
    .describe('Limits of each caller with a token. Those of `llm.policies` apply too.'),
  budget: OwnBudget.optional().describe(
    'What each caller with a token may spend. The budgets of `llm.policies` apply too.',
  ),
  jwksCooldownMs: z
    .int()
    .min(0)
    .max(3_600_000)
    .default(30_000)
    .describe(
      'A token with an unknown key id makes the gateway load `jwks` again, at most once in so many milliseconds; after a failure at most once in five seconds.',
    ),
})
export type Jwt = z.infer<typeof Jwt>

const Audit = z.strictObject({
  path: z.string().min(1, 'must not be empty').describe('The file, with one line of JSON for each call.'),
  maxBytes: z
    .int()
    .min(1_000)
    .max(10_000_000_000)
    .default(10_000_000)
    .describe('A file of this size in bytes is full, and a new one is begun.'),
  keep: z
    .int()
    .min(0)
    .max(1_000)
    .default(5)
    .describe('How many full files are kept beside the one being written.'),
})
export type Audit = z.infer<typeof Audit>

/** These keys of `llm.policies`. */
export const admissionPolicies = {
  rateLimits: z
    .array(RateLimit)
    .default([])
    .describe('How many calls and tokens are allowed. All limits apply at once.'),
  apiKeys: ApiKeys.optional().describe('Callers that prove who they are by a key of this gateway.'),
  jwt: Jwt.optional().describe('Callers that prove who they are by a token of your own issuer.'),
  audit: Audit.optional().describe('A log of who called what, in files.'),
}
