/**
 * What can be wrong with virtual models beyond their shape: no strategy or several, an unknown target, a condition
 * that is not CEL. Works on the raw value, for the reason given in `cross-check.ts`.
 */
import { nearest } from '@drag-race/contracts'
import { expressionFault } from '../routing/expression.ts'
import type { Fault } from './faults.ts'
import { entries, list, type Raw, record } from './raw.ts'
import { discoveryDefault } from './schema.ts'
import { strategyNames } from './virtual-model.ts'

export function checkVirtualModels(llm: Raw | null): Fault[] {
  const known = toKnown(llm)
  const virtualModels = entries(llm?.virtualModels)
  return virtualModels.flatMap((model, index) => {
    const path = ['llm', 'virtualModels', index]
    return [
      ...checkRouting(record(model.routing), [...path, 'routing'], known),
      ...list(model.contextLengthFallbacks).flatMap((name, at) =>
        unknownTarget(name, [...path, 'contextLengthFallbacks', at], known),
      ),
    ]
  })
}

export type UnknownModel = (name: unknown, path: Fault['path']) => Fault[]

/** For lists of models that can name virtual models too. */
export function createUnknownModel(llm: Raw | null): UnknownModel {
  const { models, virtualModels, ...others } = toKnown(llm)
  const known = { models: [...models, ...virtualModels], virtualModels: [], ...others }
  return (name, path) => unknownTarget(name, path, known)
}

interface Known {
  models: string[]
  virtualModels: string[]
  /** By alias, the name that it stands for. */
  aliases: Map<string, string>
  /** Models that are found at start are called `<server>/<model>`. */
  servers: string[]
}

function toKnown(llm: Raw | null): Known {
  const texts = (values: unknown[]) => values.filter((value) => typeof value === 'string')
  const names = [...entries(llm?.models), ...entries(llm?.virtualModels)]
  const servers = llm?.discovery === undefined ? discoveryDefault : entries(llm.discovery)
  return {
    models: texts(entries(llm?.models).map(({ name }) => name)),
    virtualModels: texts(entries(llm?.virtualModels).map(({ name }) => name)),
    aliases: new Map(
      names.flatMap(({ name, aliases }) =>
        typeof name === 'string' ? texts(list(aliases)).map((alias) => [alias, name] as const) : [],
      ),
    ),
    servers: texts(servers.map((server: Raw) => server.name ?? server.provider)).map((name) =>
      name.toLowerCase(),
    ),
  }
}

function checkRouting(routing: Raw | null, path: Fault['path'], known: Known): Fault[] {
  if (!routing) return []
  const chosen = strategyNames.filter((name) => routing[name] !== undefined)
  const faults = chosen.flatMap((name) => {
    const targets = entries(record(routing[name])?.targets)
    const place = [...path, name, 'targets']
    return [
      ...targets.flatMap(({ model }, at) => unknownTarget(model, [...place, at, 'model'], known)),
      ...repeatedTargets(targets, place, name === 'conditional'),
      ...(name === 'conditional' ? checkConditions(targets, place) : []),
    ]
  })
  if (chosen.length === 1) return faults
  const sentence =
    chosen.length === 0
      ? `names no strategy; choose one of: ${strategyNames.join(', ')}`
      : `names ${chosen.length} strategies (${chosen.join(', ')}); choose one`
  return [{ path, sentence }, ...faults]
}

function unknownTarget(model: unknown, path: Fault['path'], known: Known): Fault[] {
  if (typeof model !== 'string' || known.models.includes(model)) return []
  if (known.virtualModels.includes(model)) {
    const sentence = `${JSON.stringify(model)} is a virtual model; a target must be one of llm.models`
    return [{ path, sentence }]
  }
  const meant = known.aliases.get(model)
  if (meant !== undefined) {
    const sentence = `${JSON.stringify(model)} is an alias; write ${JSON.stringify(meant)}`
    return [{ path, sentence }]
  }
  if (known.servers.some((server) => model.toLowerCase().startsWith(`${server}/`))) return []
  const [near] = nearest(model, known.models, 1)
  const hint = near ? `did you mean ${JSON.stringify(near)}?` : 'name one of llm.models'
  return [{ path, sentence: `no model is called ${JSON.stringify(model)}; ${hint}` }]
}

/** `mayRepeat` for conditions: two of them can lead to the same model. */
function repeatedTargets(targets: Raw[], path: Fault['path'], mayRepeat: boolean): Fault[] {
  if (mayRepeat) return []
  return targets.flatMap(({ model }, at) => {
    const first = targets.findIndex((target) => typeof model === 'string' && target.model === model)
    if (first === -1 || first === at) return []
    return [{ path: [...path, at, 'model'], sentence: `${JSON.stringify(model)} is a target already` }]
  })
}

function checkConditions(targets: Raw[], path: Fault['path']): Fault[] {
  return targets.flatMap(({ when }, at) => {
    const isLast = at === targets.length - 1
    if (when === undefined) {
      const sentence = 'has no `when`, so that no later target is ever reached; move it to the end'
      return isLast ? [] : [{ path: [...path, at], sentence }]
    }
    const fault = typeof when === 'string' ? expressionFault(when) : null
    return [
      ...(fault === null ? [] : [{ path: [...path, at, 'when'], sentence: fault }]),
      ...(isLast
        ? [
            {
              path: [...path, at],
              sentence: 'is the last and must have no `when`: it answers when no other does',
            },
          ]
        : []),
    ]
  })
}
