/**
 * The texts of `llm.policies` that may hold variables. Unlike a provider's key, one that is missing here stops the start: a door
 * whose lock is missing must not stand open, nor shut for a reason that nobody sees, and no file is called `$NAME`.
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

/** Works on the raw value, as `cross-check.ts` does. */
export function policyVariableFaults(policies: Raw | null, variables: Variables): Fault[] {
  return places.flatMap(([policy, key]) => {
    const text = record(policies?.[policy])?.[key]
    const resolved = typeof text === 'string' ? resolveReferences(text, variables) : null
    if (resolved?.state !== 'missing') return []
    const sentence = `names ${resolved.variable}, which is not set: set it in .env or the environment`
    return [{ path: ['llm', 'policies', policy, key], sentence }]
  })
}

/** After `policyVariableFaults` nothing is missing any more. */
export function fillIn(text: string, variables: Variables): string {
  const resolved = resolveReferences(text, variables)
  return resolved.state === 'whole' ? resolved.text : ''
}
