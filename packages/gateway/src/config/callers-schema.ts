/** The shape of `apiKeys`, `jwt` and `audit`: who may call, how they prove it, and where it is written down. */
import { z } from 'zod'
import { OwnBudget } from './budgets-schema.ts'
import { RateLimit } from './limits-schema.ts'

const Mode = z
  .enum(['off', 'optional', 'strict'], 'must be off, optional or strict')
  .describe(
    '`off`: nobody is asked. `optional`: a caller without a credential is anonymous, one with a wrong credential is refused. `strict`: everybody needs one.',
  )
export type Mode = z.infer<typeof Mode>

/** Without a colon: `jwt:…` and `ip:…` are the names of other callers. */
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
      'The hash of the key, or a list of one to four while an old key gives way to a new one. The key itself stands nowhere; `npm run gateway:key -- <id>` prints both.',
    ),
  tenant: tenant.optional().describe('The group that the caller belongs to.'),
  allowedModels: z
    .array(z.string())
    .optional()
    .describe(
      'The models that it may call, virtual ones or found ones (`ollama/llama3.2`) too; every model when left out.',
    ),
  rateLimits: z
    .array(RateLimit)
    .default([])
    .describe('Beside those of `llm.policies`, and counted for this key alone.'),
  budget: OwnBudget.optional().describe(
    'What this key alone may spend, beside the budgets of `llm.policies`.',
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
      'May it see all callers, targets, usage, budgets and what config holds (`GET /admin/callers`, `/admin/targets`, `/admin/usage`, `/admin/budgets`, `/admin/config`), and have the books copied (`POST /admin/backup`)?',
    ),
})
export type ApiKey = z.infer<typeof ApiKey>

const ApiKeys = z.strictObject({
  mode: Mode.default('strict'),
  keys: z.array(ApiKey).default([]).describe('One entry each; `strict` needs at least one.'),
})

const Claims = z.strictObject({
  id: z.string().default('sub').describe('The claim that names the caller.'),
  tenant: z
    .string()
    .optional()
    .describe('The claim that names its group, in at most 200 characters; an empty one is none.'),
  allowedModels: z
    .string()
    .optional()
    .describe('The claim with the models it may call: a list, or one text with spaces between the names.'),
  tags: z.string().optional().describe('The claim that holds texts about the caller, by name.'),
  isAdmin: z.string().optional().describe('The claim whose value `true` makes an admin; nothing else does.'),
})
export type Claims = z.infer<typeof Claims>

const Jwt = z.strictObject({
  mode: Mode.default('strict'),
  jwks: z
    .string()
    .optional()
    .describe(
      "Address of the issuer's public keys, of one megabyte at most; they may rotate, and are asked for anew every ten minutes. While the issuer cannot be asked, those that are known hold for a day. Either this or `secret`.",
    ),
  secret: z
    .string()
    .optional()
    .describe('A secret that issuer and gateway share, of 32 bytes or more, as `$NAME`.'),
  issuer: z.string().min(1, 'must not be empty').describe("What a token's `iss` must be."),
  audience: z.string().min(1, 'must not be empty').describe("What a token's `aud` must hold."),
  claims: Claims.prefault({}).describe(
    'Which claim says what. A claim that is named here and missing in a token gives nothing.',
  ),
  rateLimits: z.array(RateLimit).default([]).describe('For each caller with a token.'),
  budget: OwnBudget.optional().describe('What each caller with a token may spend.'),
  jwksCooldownMs: z
    .int()
    .min(0)
    .max(3_600_000)
    .default(30_000)
    .describe('How long after a look at `jwks` an unknown key id may cause the next one, in milliseconds.'),
})
export type Jwt = z.infer<typeof Jwt>

const Audit = z.strictObject({
  path: z.string().min(1, 'must not be empty').describe('The file, one line of JSON a call.'),
  maxBytes: z
    .int()
    .min(1_000)
    .max(10_000_000_000)
    .default(10_000_000)
    .describe('A file of this size is full, and the next one begins.'),
  keep: z
    .int()
    .min(0)
    .max(1_000)
    .default(5)
    .describe('Full files that are kept beside the one being written.'),
})
export type Audit = z.infer<typeof Audit>

/** These keys of `llm.policies`. */
export const admissionPolicies = {
  rateLimits: z.array(RateLimit).default([]).describe('How much may be called; every limit holds.'),
  apiKeys: ApiKeys.optional().describe('Callers with a key of this gateway.'),
  jwt: Jwt.optional().describe('Callers with a token of your own issuer.'),
  audit: Audit.optional().describe('Who called what, written to files.'),
}
