/**
 * From a key to its caller. Only SHA-256 hashes are kept, and a key is looked up by its hash in a Map.
 *
 * Safe against timing: a lookup can leak how much of a *hash* matches, and nobody can choose a key by its hash.
 * Safe without salt: a key is 32 random bytes, not a word that could be guessed with a stolen config at hand.
 */
import { hash } from 'node:crypto'
import { toKeyBudget } from '../budgets/budget-rule.ts'
import type { ApiKey } from '../config/callers-schema.ts'
import type { Common, Identity } from './identity.ts'
import { toOwnRules } from './limit-rule.ts'

export interface Keyring {
  /** null when nobody has this key. */
  find(key: string): Identity | null
  list(): Identity[]
}

export function createKeyring(keys: readonly ApiKey[], common: Common): Keyring {
  const callers = keys.map((key) => ({ hashes: [key.keyHash].flat(), identity: toIdentity(key, common) }))
  const byHash = new Map(
    callers.flatMap(({ hashes, identity }) => hashes.map((each) => [each, identity] as const)),
  )
  return {
    find: (key) => byHash.get(hashKey(key)) ?? null,
    list: () => callers.map(({ identity }) => identity),
  }
}

/** The hash of a key in the form that gateway.yaml has. */
export function hashKey(key: string): string {
  return `sha256:${hash('sha256', key)}`
}

function toIdentity(key: ApiKey, { rules, budgets }: Common): Identity {
  return {
    id: key.id,
    tenant: key.tenant ?? null,
    allowedModels: key.allowedModels ? new Set(key.allowedModels) : null,
    rules: [...rules, ...toOwnRules(`key:${key.id}`, key.rateLimits)],
    budgets: [...budgets, ...toKeyBudget(key.id, key.budget)],
    tags: key.tags,
    isAdmin: key.isAdmin,
  }
}
