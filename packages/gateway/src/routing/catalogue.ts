/**
 * Every model that a caller can name: those of the config, with the virtual ones, and those found on this machine.
 *
 * A model that cannot be called is kept too, with the reason, so that `/v1/models` can say what is missing.
 */
import type { Config, ModelConfig } from '../config/load.ts'
import type { Retry } from '../config/policies.ts'
import type { VirtualModelConfig } from '../config/virtual-models.ts'
import { type Target, toTarget } from '../upstream/target.ts'

export interface CatalogueEntry {
  name: string
  aliases: readonly string[]
  provider: string
  description: string | null
  isSimulated: boolean
  isDiscovered: boolean
  /** Seconds since 1970, as the models list wants it. */
  createdS: number
  route: Route
}

export type Route =
  | { state: 'available'; target: Target; retry: Retry; isBreakerHeeded: boolean }
  | { state: 'unavailable'; missing: string | null; reason: string }

export interface VirtualEntry {
  config: VirtualModelConfig
  createdS: number
}

export interface Catalogue {
  /** The name of the model that an alias stands for; any other name as it is. */
  nameOf(name: string): string
  find(name: string): CatalogueEntry | undefined
  findVirtual(name: string): VirtualEntry | undefined
  /** The config's models in its order, then the found ones. */
  list(): CatalogueEntry[]
  listVirtual(): VirtualEntry[]
  /** Adds models that were found, except those whose name, or alias, is in the config. */
  add(models: readonly ModelConfig[]): void
}

export function createCatalogue(config: Config, { startedAtS }: { startedAtS: number }): Catalogue {
  const virtual = new Map(
    config.virtualModels.map((model) => [model.name, { config: model, createdS: startedAtS }]),
  )
  const entries = new Map<string, CatalogueEntry>()
  const names = new Map(
    [...config.models, ...config.virtualModels].flatMap(({ name, aliases }) =>
      aliases.map((alias) => [alias, name] as const),
    ),
  )
  const add = (models: readonly ModelConfig[], isDiscovered: boolean) => {
    for (const model of models) {
      if (entries.has(model.name) || virtual.has(model.name) || names.has(model.name)) continue
      entries.set(model.name, toEntry(model, { isDiscovered, createdS: startedAtS }))
    }
  }
  add(config.models, false)
  return {
    nameOf: (name) => names.get(name) ?? name,
    find: (name) => entries.get(name),
    findVirtual: (name) => virtual.get(name),
    list: () => [...entries.values()],
    listVirtual: () => [...virtual.values()],
    add: (models) => add(models, true),
  }
}

function toEntry(
  model: ModelConfig,
  facts: Pick<CatalogueEntry, 'isDiscovered' | 'createdS'>,
): CatalogueEntry {
  return {
    name: model.name,
    aliases: model.aliases,
    provider: model.provider,
    description: model.description,
    isSimulated: model.provider === 'simulator',
    ...facts,
    route: toRoute(model),
  }
}

function toRoute({ connection, ...model }: ModelConfig): Route {
  if (connection.state === 'unknown') {
    return { state: 'unavailable', missing: connection.missing, reason: connection.reason }
  }
  const { retry, isBreakerHeeded } = model
  return { state: 'available', target: toTarget({ ...model, connection }), retry, isBreakerHeeded }
}
