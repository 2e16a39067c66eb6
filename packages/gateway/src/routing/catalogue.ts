/**
 * Every model that a caller can name: those of the config, and those found running on this machine.
 *
 * A model that cannot be called stays in it, with the reason, so that `/v1/models` can say what is missing.
 */
import type { Config, ModelConfig } from '../config/load.ts'
import { type Target, toTarget } from '../upstream/target.ts'

export interface CatalogueEntry {
  name: string
  provider: string
  description: string | null
  isSimulated: boolean
  isDiscovered: boolean
  /** Seconds since 1970, as the models list wants it. */
  createdS: number
  route: Route
}

export type Route =
  | { state: 'open'; target: Target }
  | { state: 'closed'; missing: string | null; reason: string }

export interface Catalogue {
  find(name: string): CatalogueEntry | undefined
  /** The config's models in its order, then the found ones. */
  list(): CatalogueEntry[]
  /** A name that the config has stays the config's. */
  add(models: readonly ModelConfig[]): void
}

export function createCatalogue(config: Config, { startedAtS }: { startedAtS: number }): Catalogue {
  const entries = new Map<string, CatalogueEntry>()
  const add = (models: readonly ModelConfig[], isDiscovered: boolean) => {
    for (const model of models) {
      if (entries.has(model.name)) continue
      entries.set(model.name, toEntry(model, { isDiscovered, createdS: startedAtS }))
    }
  }
  add(config.models, false)
  return {
    find: (name) => entries.get(name),
    list: () => [...entries.values()],
    add: (models) => add(models, true),
  }
}

function toEntry(
  model: ModelConfig,
  facts: Pick<CatalogueEntry, 'isDiscovered' | 'createdS'>,
): CatalogueEntry {
  return {
    name: model.name,
    provider: model.provider,
    description: model.description,
    isSimulated: model.provider === 'simulator',
    ...facts,
    route: toRoute(model),
  }
}

function toRoute({ connection, ...model }: ModelConfig): Route {
  if (connection.state === 'known') return { state: 'open', target: toTarget({ ...model, connection }) }
  return { state: 'closed', missing: connection.missing, reason: connection.reason }
}
