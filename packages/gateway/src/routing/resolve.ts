/** The name in a caller's `model` → where the call can go, and in which order. */
import { nearest } from '@drag-race/contracts'
import type { Clock } from '../clock.ts'
import { override } from '../config/policies.ts'
import type { VirtualModelConfig } from '../config/virtual-models.ts'
import { GatewayError } from '../errors.ts'
import type { CostTable } from '../ledger/cost.ts'
import type { Target } from '../upstream/target.ts'
import type { TargetStates } from '../upstream/target-states.ts'
import type { CallRoute } from '../upstream/try-targets.ts'
import type { Catalogue, CatalogueEntry } from './catalogue.ts'
import type { CallContext } from './expression.ts'
import { orderTargets } from './order-targets.ts'
import { createToOrdering, type Reachable } from './to-ordering.ts'
import type { Turns } from './turns.ts'

export interface RouterParts {
  catalogue: Catalogue
  states: TargetStates
  turns: Turns
  cost: CostTable
  clock: Pick<Clock, 'monotonicMs'>
  /** In [0, 1). */
  random(): number
}

/** Throws `model_not_found` with the nearest names, or `model_unavailable` with what to set. */
export type Resolve = (call: RoutedCall) => CallRoute

export interface RoutedCall {
  /** As the caller named it. */
  model: string
  isStream: boolean
  context(): CallContext
}

export function createResolve(parts: RouterParts): Resolve {
  const toOrdering = createToOrdering(parts)
  return (call) => {
    const { isStream } = call
    const name = parts.catalogue.nameOf(call.model)
    const virtual = parts.catalogue.findVirtual(name)
    if (!virtual) return toModelRoute(parts.catalogue, name, isStream)
    const { config } = virtual
    const entries = toEntries(parts.catalogue, config)
    const reachable = toReachable(entries, config)
    if (reachable.length === 0) throw unavailable(name, whyNone(entries))
    const open = reachable.map(({ target }) => target)
    const targets = orderTargets(open, toOrdering(config, reachable, call), parts.random)
    if (targets.length === 0) {
      throw unavailable(
        name,
        `No condition of a target that can be called holds. ${toReasons(entries.slice(-1))}`,
      )
    }
    return {
      name,
      targets,
      contextLengthFallbacks: config.contextLengthFallbacks.flatMap(
        (model) => toOpenTarget(parts.catalogue.find(model), config) ?? [],
      ),
      retry: config.retry,
      isBreakerHeeded: true,
      isStream,
      totalMs: config.totalMs,
    }
  }
}

export function unknownModel(catalogue: Catalogue, name: string): GatewayError {
  const models = [...catalogue.listVirtual().map(({ config }) => config), ...catalogue.list()]
  const names = models.flatMap((model) => [model.name, ...model.aliases])
  const near = nearest(name, names)
  const hint = near.length > 0 ? `Did you mean ${near.map(quote).join(' or ')}? ` : ''
  return new GatewayError(
    'model_not_found',
    `No model is called ${quote(name)}. ${hint}GET /v1/models lists them all; to add one, edit gateway.yaml.`,
  )
}

function toModelRoute(catalogue: Catalogue, name: string, isStream: boolean): CallRoute {
  const entry = catalogue.find(name)
  if (!entry) throw unknownModel(catalogue, name)
  const { route } = entry
  if (route.state === 'unavailable') throw unavailable(name, route.reason)
  const { target, retry, isBreakerHeeded } = route
  return {
    name,
    targets: [target],
    contextLengthFallbacks: [],
    retry,
    isBreakerHeeded,
    isStream,
    totalMs: target.timeouts.totalMs,
  }
}

type Entries = readonly (CatalogueEntry | undefined)[]

/** The targets that can be called now, each with its place in the config. */
function toReachable(entries: Entries, config: VirtualModelConfig): Reachable[] {
  return entries.flatMap((entry, index) => {
    const target = toOpenTarget(entry, config)
    return target ? [{ target, index }] : []
  })
}

export function toEntries(catalogue: Catalogue, { strategy }: VirtualModelConfig) {
  return strategy.targets.map(({ model }) => catalogue.find(model))
}

export function whyNone(entries: Entries): string {
  return `None of its targets can be called. ${toReasons(entries)}`
}

function toReasons(entries: Entries): string {
  const reasons = entries.map((entry) =>
    entry?.route.state === 'unavailable' ? entry.route.reason : 'A model server that it names was not found.',
  )
  return [...new Set(reasons)].join(' ')
}

function toOpenTarget(entry: CatalogueEntry | undefined, { timeouts }: VirtualModelConfig): Target | null {
  if (entry?.route.state !== 'available') return null
  const { target } = entry.route
  return { ...target, timeouts: override(target.timeouts, timeouts) }
}

function unavailable(name: string, reason: string): GatewayError {
  return new GatewayError('model_unavailable', `The model ${quote(name)} cannot be called yet. ${reason}`)
}

/** A name from a caller can be of any length; no more of it than this is repeated. */
const nameCharsMax = 200

function quote(name: string): string {
  return JSON.stringify(name.slice(0, nameCharsMax))
}
