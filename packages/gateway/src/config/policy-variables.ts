/**
 * The texts of `llm.policies` that can contain variables. Unlike that of a provider's key, a missing variable stops the
 * start here: without it callers would be let in unchecked, or refused for a reason that nobody sees, and a file would
 * have no name.
 */
import type { Fault } from './faults.ts'
import { type Raw, record } from './raw.ts'
import { resolveReferences, type Variables } from './references.ts'

const places = [
  ['jwt', 'jwks'],
  ['jwt', 'secret'],
  ['jwt', 'issuer'],
  ['jwt', 'audience'],
  ['audit', 'path'],
  ['books', 'file'],
] as const

/** Works on the raw value, for the reason given in `cross-check.ts`. */
export function policyVariableFaults(policies: Raw | null, variables: Variables): Fault[] {
  return places.flatMap(([policy, key]) => {
    const text = record(policies?.[policy])?.[key]
    const resolved = typeof text === 'string' ? resolveReferences(text, variables) : null
    if (resolved?.state !== 'missing') return []
    const sentence = `names ${resolved.variable}, which is not set: set it in .env or the environment`
    return [{ path: ['llm', 'policies', policy, key], sentence }]
  })
}

/** `policyVariableFaults` has found no missing variable before this is called. */
export function fillIn(text: string, variables: Variables): string {
  const resolved = resolveReferences(text, variables)
  return resolved.state === 'whole' ? resolved.text : ''
}
