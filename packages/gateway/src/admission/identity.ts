/** Who calls, and what they are allowed: in one form for callers with a key, with a token, and with neither. */
import type { IncomingMessage } from 'node:http'
import type { BudgetRule } from '../budgets/budget-rule.ts'
import { GatewayError } from '../errors.ts'
import type { LimitRule } from './limit-rule.ts'

export interface Identity {
  /** `search-team` for a key, `jwt:alice` for a token, `ip:10.0.0.7` for a caller without a credential. */
  readonly id: string
  readonly tenant: string | null
  /** null: every model. */
  readonly allowedModels: ReadonlySet<string> | null
  /** All limits that count its calls. */
  readonly rules: readonly LimitRule[]
  /** All budgets that its calls are charged to. */
  readonly budgets: readonly BudgetRule[]
  readonly tags: Readonly<Record<string, string>>
  readonly isAdmin: boolean
}

/** What holds for every caller. */
export type Common = Pick<Identity, 'rules' | 'budgets'>

/** A caller without a credential, named by its IP address. `x-forwarded-for` is ignored: anybody can write it. */
export function anonymous({ socket }: IncomingMessage, common: Common): Identity {
  const id = `ip:${socket.remoteAddress ?? 'unknown'}`
  return { id, tenant: null, allowedModels: null, ...common, tags: {}, isAdmin: false }
}

/** One of these names, of one model, is enough. */
export function mayUse({ allowedModels }: Identity, ...names: readonly string[]): boolean {
  return allowedModels === null || names.some((name) => allowedModels.has(name))
}

/**
 * `asked` can be an alias of `name`. Throws `model_not_allowed`. Checked before the model is looked up, so that a caller
 * cannot find out which other models exist.
 */
export function permit(identity: Identity, asked: string, name: string): void {
  if (mayUse(identity, asked, name)) return
  const allowed = [...(identity.allowedModels ?? [])].join(', ')
  throw new GatewayError(
    'model_not_allowed',
    `${JSON.stringify(asked.slice(0, 200))} is not among the models of ${identity.id}: ${allowed || 'it has none'}.`,
  )
}
