/** `/admin/…`: only for callers with admin rights. Where no caller can have them, the addresses answer 404. */
import { GatewayError } from '../errors.ts'
import type { Admission } from './admission.ts'
import type { Counter } from './counters.ts'
import type { Identity } from './identity.ts'
import { remaining } from './limit-answer.ts'
import type { Bucket } from './token-bucket.ts'

/** Throws `admin_required`. */
export function requireAdmin({ isAdmin, id }: Identity): void {
  if (isAdmin) return
  throw new GatewayError('admin_required', `This address is only for admins, and ${id} is not one.`)
}

/** All callers that the config names, and all others that a limit counts now. It holds no key and no hash. */
export function toCallersList(admission: Admission) {
  const counters = admission.listCounters()
  const named = admission.listCallers()
  const names = new Set(named.map(({ id }) => id))
  const ofCallers = Map.groupBy(counters.filter(isOfOneCaller), ({ subject }) => subject.caller)
  const limitsOf = (id: string) => (ofCallers.get(id) ?? []).map(toLimit)
  const unnamed = [...ofCallers.keys()].filter((id) => !names.has(id))
  return {
    object: 'list',
    data: [
      ...named.map((identity) => ({
        id: identity.id,
        tenant: identity.tenant,
        allowedModels: identity.allowedModels && [...identity.allowedModels],
        tags: identity.tags,
        isAdmin: identity.isAdmin,
        limits: limitsOf(identity.id),
      })),
      ...unnamed.map((id) => ({ id, limits: limitsOf(id) })),
    ],
    /** Limits that several callers share. A limit that is in no list has not been used, or is full again. */
    sharedLimits: counters.filter((counter) => !isOfOneCaller(counter)).map(toLimit),
  }
}

function isOfOneCaller({ rule }: Counter): boolean {
  return rule.per.includes('caller')
}

function toLimit({ rule, subject, requests, tokens, running }: Counter) {
  return {
    limit: rule.name,
    ...(rule.per.includes('tenant') && { tenant: subject.tenant }),
    ...(rule.per.includes('model') && { model: subject.model }),
    ...(requests && { requests: toLeft(requests) }),
    ...(tokens && { tokens: toLeft(tokens) }),
    ...(rule.concurrency !== null && { concurrency: { limit: rule.concurrency, running } }),
  }
}

function toLeft(bucket: Bucket) {
  return { ...bucket.size, remaining: remaining(bucket) }
}
