/** The library in the order it is read: categories as shipped, then those of one's own by name; own prompts first. */
import { type Prompt, promptCategories } from '@drag-race/contracts'

export function byCategory(prompts: readonly Prompt[]): [category: string, prompts: Prompt[]][] {
  const groups = Map.groupBy(prompts, ({ category }) => category)
  const own = [...groups.keys()].filter((category) => !isShipped(category)).sort(byName)
  return [...promptCategories, ...own].flatMap((category) => {
    const group = groups.get(category)
    return group ? [[category, group.toSorted(ownFirst)] as [string, Prompt[]]] : []
  })
}

/** In the one language of the screen, so that the order is the same in every browser. */
const byName = new Intl.Collator('en-GB').compare

function isShipped(category: string): boolean {
  return promptCategories.some((shipped) => shipped === category)
}

function ownFirst(a: Prompt, b: Prompt): number {
  return Number(a.isBuiltIn) - Number(b.isBuiltIn)
}
