/** The library in the order it is read: categories as shipped, then those of one's own by name; own prompts first. */
import { type Prompt, promptCategories } from '@drag-race/contracts'

export function byCategory(prompts: readonly Prompt[]): [category: string, prompts: Prompt[]][] {
  const groups = Map.groupBy(prompts, ({ category }) => category)
  const own = [...groups.keys()].filter((category) => !isShipped(category)).sort()
  return [...promptCategories, ...own].flatMap((category) => {
    const group = groups.get(category)
    return group ? [[category, group.toSorted(ownFirst)] as [string, Prompt[]]] : []
  })
}

function isShipped(category: string): boolean {
  return promptCategories.some((shipped) => shipped === category)
}

function ownFirst(a: Prompt, b: Prompt): number {
  return Number(a.isBuiltIn) - Number(b.isBuiltIn)
}
