/** Who calls, which models they are allowed to use, and how much of them. All of it is checked before any cost. */
import type { IncomingMessage } from 'node:http'
import type { Call } from '../call.ts'
import type { Clock } from '../clock.ts'
import type { AdmissionConfig } from '../config/admission.ts'
import { sumUsage } from '../ledger/attempt-record.ts'
import { createAuthenticator } from './authenticate.ts'
import { type Identity, permit } from './identity.ts'
import type { KeySets } from './key-sets.ts'
import type { LimitRule } from './limit-rule.ts'
import type { Limiter } from './limiter.ts'

export interface Admission {
  /** Throws or rejects with 401. */
  identify(request: IncomingMessage): Identity | Promise<Identity>
  permit: typeof permit
  /** Reserves what the call is estimated to need; throws `rate_limited`. */
  admit(call: Call): void
  /** The call is over: the reserved tokens that it did not use are given back. */
  settle(call: Call): void
  /** Whether `/admin/…` exists. */
  hasAdmin: boolean
  /** All limits that can count a caller. */
  rules: readonly LimitRule[]
  listCallers(): Identity[]
  listCounters: Limiter['list']
}

export interface AdmissionOptions {
  config: AdmissionConfig
  clock: Clock
  limiter: Limiter
  keySets: KeySets
}

export function createAdmission({ config, clock, limiter, keySets }: AdmissionOptions): Admission {
  const authenticator = createAuthenticator(config, { clock, keySets })
  return {
    identify: authenticator.identify,
    permit,
    admit(call) {
      const { id, tenant, rules } = call.identity!
      const { name: model } = call.route!
      call.reservation = limiter.reserve(rules, { caller: id, tenant, model }, call.asked!.estimate)
    },
    settle({ attempts, reservation }) {
      const usage = sumUsage(attempts)
      reservation?.settle(usage ? usage.inputTokens + usage.outputTokens : 0)
    },
    hasAdmin: authenticator.hasAdmin,
    rules: authenticator.rules,
    listCallers: authenticator.list,
    listCounters: limiter.list,
  }
}
