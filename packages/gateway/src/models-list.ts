/** `GET /v1/models` in OpenAI's form, with what a chooser must know besides: which cannot be called, and why. */
import type { CatalogueEntry } from './routing/catalogue.ts'

export function toModelsList(entries: readonly CatalogueEntry[]) {
  return { object: 'list', data: entries.map(toModelItem) }
}

export function toModelItem({ name, provider, route, description, ...entry }: CatalogueEntry) {
  return {
    id: name,
    object: 'model',
    created: entry.createdS,
    owned_by: provider,
    available: route.state === 'open',
    ...(route.state === 'closed' && {
      reason: route.reason,
      ...(route.missing !== null && { missing: route.missing }),
    }),
    simulated: entry.isSimulated,
    discovered: entry.isDiscovered,
    ...(description !== null && { description }),
  }
}
