/** `GET /v1/models` in Anthropic's form, for its clients: the models that `POST /v1/messages` can call. */
import type { IncomingMessage } from 'node:http'
import { GatewayError } from './errors.ts'
import type { Catalogue, CatalogueEntry } from './routing/catalogue.ts'
import { toEntries } from './routing/resolve.ts'

/** All of Anthropic's clients send this header, and no others do. */
export function isAnthropicClient({ headers }: IncomingMessage): boolean {
  return headers['anthropic-version'] !== undefined
}

/** The list on one page, whatever page was asked for. */
export function toAnthropicList(catalogue: Catalogue, mayUse: (...names: string[]) => boolean) {
  const data = toModels(catalogue)
    .filter(({ name, aliases }) => mayUse(name, ...aliases))
    .map(toItem)
  return { data, has_more: false, first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null }
}

/** Throws `model_not_found` for a model that exists but speaks another dialect. */
export function findAnthropicItem(catalogue: Catalogue, name: string) {
  const model = toModels(catalogue).find((each) => each.name === name)
  if (model) return toItem(model)
  throw new GatewayError(
    'model_not_found',
    `${JSON.stringify(name)} cannot be called in Anthropic's form: name one of GET /v1/models, or use /v1/chat/completions.`,
  )
}

type Model = Pick<CatalogueEntry, 'name' | 'aliases' | 'createdS'>

function toModels(catalogue: Catalogue): Model[] {
  const virtual = catalogue
    .listVirtual()
    .filter(({ config }) => toEntries(catalogue, config).some(speaksAnthropic))
    .map(({ config: { name, aliases }, createdS }) => ({ name, aliases, createdS }))
  return [...virtual, ...catalogue.list().filter(speaksAnthropic)]
}

function speaksAnthropic(entry: CatalogueEntry | undefined): boolean {
  return entry?.route.state === 'available' && entry.route.target.dialect === 'anthropic'
}

function toItem({ name, createdS }: Model) {
  const createdAt = new Date(createdS * 1000).toISOString()
  return { type: 'model', id: name, display_name: name, created_at: createdAt }
}
