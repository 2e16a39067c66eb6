/**
 * Names of models that are given twice: a call could mean either. Works on the raw value, for the reason given in
 * `cross-check.ts`.
 */
import type { Fault } from './faults.ts'
import { entries, list, type Raw } from './raw.ts'

export function takenNames(llm: Raw | null): Fault[] {
  const owners = new Map<string, string>()
  return toNames(llm).flatMap(({ name, path, owner }) => {
    const first = owners.get(name)
    if (first === undefined) {
      owners.set(name, owner)
      return []
    }
    return [{ path, sentence: `the name ${JSON.stringify(name)} is taken by ${first}; names must differ` }]
  })
}

interface Named {
  name: string
  path: Fault['path']
  /** Whose it is, such as `llm.models[0]`. */
  owner: string
}

/** Aliases last: where one is also the name of a model, the alias is at fault. */
function toNames(llm: Raw | null): Named[] {
  const models = (['models', 'virtualModels'] as const).flatMap((key) =>
    entries(llm?.[key]).map((entry, index) => ({
      entry,
      path: ['llm', key, index],
      owner: `llm.${key}[${index}]`,
    })),
  )
  const names = models.map(({ entry, path, owner }) => ({ name: entry.name, path: [...path, 'name'], owner }))
  const aliases = models.flatMap(({ entry, path, owner }) =>
    list(entry.aliases).map((name, at) => ({ name, path: [...path, 'aliases', at], owner })),
  )
  return [...names, ...aliases].flatMap(({ name, ...place }) =>
    typeof name === 'string' ? { name, ...place } : [],
  )
}
