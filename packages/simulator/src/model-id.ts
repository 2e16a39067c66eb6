/**
 * Reads a model id: a profile's name, optionally with overrides as a query, as in `steady?ttft=50&tps=100&tokens=400`.
 * The overrides are in the id because every gateway passes on a model's name, and few pass on unknown fields.
 */
import { nearest } from '@drag-race/contracts'
import * as z from 'zod'
import { SimulatorError } from './errors.ts'
import { type Fate, type Profile, requestsPerMinuteMax, tokensMax, waitMsMax } from './profile.ts'
import { profiles } from './profiles.ts'

export interface Model {
  /** The id as the request names it; it is repeated in every chunk. */
  id: string
  profile: Profile
  /** The seed of the override; null when the id names none. */
  seed: number | null
  /** The answer is stretched or cut to exactly so many tokens; null: it keeps its own length. */
  answerTokens: number | null
  /** The same for the reasoning before the answer. */
  reasoningTokens: number | null
}

/** Throws `model_not_found` with the nearest names, or `invalid_request` naming the override at fault. */
export function parseModelId(id: string): Model {
  const mark = id.indexOf('?')
  const name = mark === -1 ? id : id.slice(0, mark)
  const profile = profiles.get(name)
  if (!profile) throw unknownModel(name)
  const overrides = mark === -1 ? {} : parseOverrides(id.slice(mark + 1))
  return {
    id,
    profile: override(profile, overrides),
    seed: overrides.seed ?? null,
    answerTokens: overrides.tokens ?? null,
    reasoningTokens: overrides.reasoning ?? null,
  }
}

const whole = (min: number, max: number) => z.coerce.number().int().min(min).max(max).optional()
const number = (min: number, max: number) => z.coerce.number().min(min).max(max).optional()

const Overrides = z.strictObject({
  /** Milliseconds to the first token. */
  ttft: number(0, waitMsMax),
  /** Tokens a second, for reasoning and answer. */
  tps: number(0.01, 100_000),
  /** Sigma of the log-normal jitter, of the time to the first token and of each wait after it; 0 is exact. */
  jitter: number(0, 2),
  /** Tokens a chunk. */
  coalesce: whole(1, 1000),
  /** Answer tokens, exactly. */
  tokens: whole(1, tokensMax),
  /** Reasoning tokens, exactly; 0 for none. */
  reasoning: whole(0, tokensMax),
  seed: whole(0, Number.MAX_SAFE_INTEGER),
  /** Calls a minute before a 429. */
  rpm: whole(1, requestsPerMinuteMax),
  /** At most one of these four; it replaces the fates of the profile. */
  cutAfter: whole(0, tokensMax),
  stallAfter: whole(0, tokensMax),
  malformedAfter: whole(0, tokensMax),
  fail: whole(400, 599),
  /** How long `stallAfter` lasts; without it, for ever. */
  stallMs: whole(0, waitMsMax),
  /** The `Retry-After` of `fail`. */
  retryAfterMs: whole(0, waitMsMax),
})
type Overrides = z.infer<typeof Overrides>

const FittingOverrides = Overrides.refine(
  ({ stallMs, stallAfter }) => stallMs === undefined || stallAfter !== undefined,
  {
    path: ['stallMs'],
    message: 'needs stallAfter too',
  },
)
  .refine(({ retryAfterMs, fail }) => retryAfterMs === undefined || fail !== undefined, {
    path: ['retryAfterMs'],
    message: 'needs fail too',
  })
  .refine((all) => toFates(all).length <= 1, {
    path: ['cutAfter'],
    message: 'choose one of cutAfter, stallAfter, malformedAfter and fail',
  })

function parseOverrides(query: string): Overrides {
  const given = new Map<string, string>()
  for (const [key, value] of new URLSearchParams(query)) {
    if (given.has(key)) throw badOverride(`\`${key}\` is given twice; give it once.`)
    // Number('') is 0: without this check, `?ttft=` would mean 0 ms.
    if (value.trim() === '') throw badOverride(`\`${key}\` has no value; write ${key}=<number>.`)
    given.set(key, value)
  }
  const checked = FittingOverrides.safeParse(Object.fromEntries(given))
  if (checked.success) return checked.data
  const issue = checked.error.issues[0]!
  if (issue.code === 'unrecognized_keys') {
    const known = Object.keys(Overrides.shape).join(', ')
    throw badOverride(`\`${issue.keys[0]}\` is not an override of a simulated model. Known are: ${known}.`)
  }
  throw badOverride(`\`${issue.path.join('.')}\`: ${issue.message}.`)
}

function override(profile: Profile, overrides: Overrides): Profile {
  const { ttft, tps, jitter, coalesce, rpm } = overrides
  const fate = toFates(overrides)[0]
  return {
    ...profile,
    ttftMs: ttft ?? profile.ttftMs,
    ttftJitter: jitter ?? profile.ttftJitter,
    tokensPerSecond: tps ?? profile.tokensPerSecond,
    jitter: jitter ?? profile.jitter,
    tokensPerChunk: coalesce === undefined ? profile.tokensPerChunk : { min: coalesce, max: coalesce },
    reasoning: overrideReasoning(profile, overrides),
    fates: fate === undefined ? profile.fates : [{ chance: 1, fate }],
    requestsPerMinute: rpm ?? profile.requestsPerMinute,
  }
}

function overrideReasoning({ reasoning, tokensPerSecond }: Profile, { reasoning: tokens, tps }: Overrides) {
  if (tokens === 0) return null
  if (tokens === undefined && reasoning === null) return null
  const speed = tps ?? reasoning?.tokensPerSecond ?? tokensPerSecond
  return {
    tokensMin: tokens ?? reasoning?.tokensMin ?? 0,
    tokensMax: tokens ?? reasoning?.tokensMax ?? 0,
    tokensPerSecond: speed,
  }
}

function toFates({ cutAfter, stallAfter, stallMs, malformedAfter, fail, retryAfterMs }: Overrides): Fate[] {
  const fates: Fate[] = []
  if (cutAfter !== undefined) fates.push({ kind: 'cut', afterTokens: cutAfter })
  if (stallAfter !== undefined) fates.push({ kind: 'stall', afterTokens: stallAfter, forMs: stallMs ?? null })
  if (malformedAfter !== undefined) fates.push({ kind: 'malformed', afterTokens: malformedAfter })
  if (fail !== undefined) {
    fates.push({ kind: 'refuse', status: fail, afterMs: 0, retryAfterMs: retryAfterMs ?? null })
  }
  return fates
}

function unknownModel(name: string): SimulatorError {
  const near = nearest(name, profiles.keys()).map((one) => `\`${one}\``)
  const hint = near.length > 0 ? `Did you mean ${near.join(' or ')}? ` : ''
  return new SimulatorError(
    'model_not_found',
    `There is no simulated model \`${name.slice(0, 100)}\`. ${hint}GET /v1/models lists all.`,
    { param: 'model' },
  )
}

function badOverride(what: string): SimulatorError {
  return new SimulatorError('invalid_request', `Model id: ${what}`, { param: 'model' })
}
