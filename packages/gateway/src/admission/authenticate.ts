/** From a request to its caller, or a 401. */
import type { IncomingMessage } from 'node:http'
import { toBudgetRules } from '../budgets/budget-rule.ts'
import type { Clock } from '../clock.ts'
import type { AdmissionConfig } from '../config/admission.ts'
import { createKeyring } from './api-keys.ts'
import { invalidKey, invalidToken, isJwtLike, missingKey, readCredential } from './credential.ts'
import { anonymous, type Identity } from './identity.ts'
import { createTokenReader } from './jwt.ts'
import type { KeySets } from './key-sets.ts'
import { type LimitRule, toLimitRules, toOwnRules } from './limit-rule.ts'

export interface Authenticator {
  /** Throws or rejects with 401. A promise only where a token is checked: keys are looked up without waiting. */
  identify(request: IncomingMessage): Identity | Promise<Identity>
  /** The callers that the config names. */
  list(): Identity[]
  /** All limits that can count a caller. */
  rules: readonly LimitRule[]
  /** Some caller can be an admin. If none can, `/admin/…` does not exist. */
  hasAdmin: boolean
}

export function createAuthenticator(
  { rateLimits, budgets, apiKeys, jwt }: AdmissionConfig,
  outside: { clock: Clock; keySets: KeySets },
): Authenticator {
  const common = { rules: toLimitRules('policies', rateLimits), budgets: toBudgetRules(budgets) }
  const keyring = apiKeys.mode === 'off' ? null : createKeyring(apiKeys.keys, common)
  const readToken = jwt && jwt.mode !== 'off' ? createTokenReader(jwt, common, outside) : null
  const isStrict = apiKeys.mode === 'strict' || jwt?.mode === 'strict'

  return {
    identify(request) {
      // Where no key and no token is asked for, the key that an SDK sends anyway is ignored.
      if (!keyring && !readToken) return anonymous(request, common)
      const credential = readCredential(request.headers)
      if (credential === null) {
        if (isStrict) throw missingKey()
        return anonymous(request, common)
      }
      if (readToken && (isJwtLike(credential) || !keyring)) {
        if (!isJwtLike(credential)) throw invalidToken('it is not a JWT')
        return readToken(credential)
      }
      const identity = keyring?.find(credential)
      if (!identity) throw invalidKey()
      return identity
    },
    list: () => keyring?.list() ?? [],
    rules: [
      ...common.rules,
      ...(keyring?.list() ?? []).flatMap((identity) => identity.rules),
      ...toOwnRules('jwt', jwt?.rateLimits ?? []),
    ],
    hasAdmin:
      (keyring?.list() ?? []).some(({ isAdmin }) => isAdmin) ||
      (readToken !== null && jwt?.claims.isAdmin !== undefined),
  }
}
