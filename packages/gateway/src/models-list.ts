/**
 * `GET /v1/models` in OpenAI's form, with more for whoever chooses a model: which models cannot be called, and why;
 * which are virtual, and what their targets are.
 */
import type { Catalogue, CatalogueEntry, VirtualEntry } from './routing/catalogue.ts'
import { toEntries, whyNone } from './routing/resolve.ts'

/** Virtual models first: they are the ones that callers are meant to use. */
export function toModelsList(catalogue: Catalogue, mayUse: (...names: string[]) => boolean) {
  const all = [
    ...catalogue.listVirtual().map((entry) => toVirtualItem(catalogue, entry)),
    ...catalogue.list().map(toModelItem),
  ]
  return { object: 'list', data: all.filter(({ id, aliases = [] }) => mayUse(id, ...aliases)) }
}

/** null when no model has this name. */
export function findModelItem(catalogue: Catalogue, name: string) {
  const virtual = catalogue.findVirtual(name)
  if (virtual) return toVirtualItem(catalogue, virtual)
  const entry = catalogue.find(name)
  return entry ? toModelItem(entry) : null
}

function toModelItem({ name, aliases, provider, route, description, ...entry }: CatalogueEntry) {
  return {
    id: name,
    ...toAliases(aliases),
    object: 'model',
    created: entry.createdS,
    owned_by: provider,
    available: route.state === 'available',
    ...(route.state === 'unavailable' && {
      reason: route.reason,
      ...(route.missing !== null && { missing: route.missing }),
    }),
    simulated: entry.isSimulated,
    discovered: entry.isDiscovered,
    ...(description !== null && { description }),
  }
}

function toVirtualItem(catalogue: Catalogue, { config, createdS }: VirtualEntry) {
  const { name, aliases, strategy, description } = config
  const entries = toEntries(catalogue, config)
  const isAvailable = entries.some((entry) => entry?.route.state === 'available')
  return {
    id: name,
    ...toAliases(aliases),
    object: 'model',
    created: createdS,
    owned_by: 'gateway',
    available: isAvailable,
    ...(!isAvailable && { reason: whyNone(entries) }),
    // One simulated target is enough: a simulated answer is never shown as a real one.
    simulated: entries.some((entry) => entry?.isSimulated === true),
    discovered: false,
    virtual: true,
    strategy: strategy.kind,
    targets: [...new Set(strategy.targets.map(({ model }) => model))],
    ...(description !== null && { description }),
  }
}

function toAliases(aliases: readonly string[]): { aliases?: readonly string[] } {
  return aliases.length > 0 ? { aliases } : {}
}
