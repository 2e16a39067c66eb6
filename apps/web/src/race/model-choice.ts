/** The models as a picker lists them: filtered by the typed words, grouped by provider, those that can race first. */
import type { ModelInfo } from '@drag-race/contracts'
import { toProviderName } from '../provider-name.ts'

export interface ModelGroup {
  provider: string
  models: ModelInfo[]
}

export function toModelGroups(models: readonly ModelInfo[], typed: string): ModelGroup[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean)
  const found = models.filter((model) => {
    const text = `${model.id} ${toProviderName(model)}`.toLowerCase()
    return words.every((word) => text.includes(word))
  })
  const groups = new Map<string, ModelInfo[]>()
  for (const model of found) {
    const provider = toProviderName(model)
    groups.set(provider, [...(groups.get(provider) ?? []), model])
  }
  return [...groups]
    .map(([provider, list]) => ({ provider, models: list.toSorted(byAvailable) }))
    .toSorted((a, b) => groupRank(a) - groupRank(b))
}

/** The model behind (1) or before (-1) the active one, for the arrow keys; after the last comes the first. */
export function nextChoice(
  choices: readonly ModelInfo[],
  active: string | null,
  by: 1 | -1,
): ModelInfo | undefined {
  const at = choices.findIndex(({ id }) => id === active)
  // No choice is active: down goes to the first, up to the last.
  if (at === -1) return choices.at(by === 1 ? 0 : -1)
  return choices[(at + by + choices.length) % choices.length]
}

/** Why a model cannot race, in a few words beside its name. */
export function toUnavailableText(model: ModelInfo): string | null {
  if (model.available) return null
  return model.missing === null ? (model.reason ?? 'not available') : `set ${model.missing}`
}

function byAvailable(a: ModelInfo, b: ModelInfo): number {
  return Number(b.available) - Number(a.available)
}

/** Providers with real models that can race, then the simulator, then providers whose models lack a key. */
function groupRank({ models }: ModelGroup): number {
  if (!models.some((model) => model.available)) return 2
  return models.every((model) => model.simulated) ? 1 : 0
}
