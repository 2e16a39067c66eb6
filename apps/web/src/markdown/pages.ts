/**
 * A list that only grows, in pages of 32. Full pages keep their identity for ever, so that a screen that shows a
 * thousand items compares some thirty pages in each frame instead of a thousand items.
 */
export type Pages<Item> = readonly (readonly Item[])[]

export const pageSize = 32

export function appendPages<Item>(pages: Pages<Item>, items: readonly Item[]): Pages<Item> {
  if (items.length === 0) return pages
  const last = pages.at(-1)
  const isOpen = last !== undefined && last.length < pageSize
  const kept = isOpen ? pages.slice(0, -1) : pages
  const loose = isOpen ? [...last, ...items] : items
  const added: Item[][] = []
  for (let start = 0; start < loose.length; start += pageSize) {
    added.push(loose.slice(start, start + pageSize))
  }
  return [...kept, ...added]
}

export function countPaged<Item>(pages: Pages<Item>): number {
  const last = pages.at(-1)
  return last === undefined ? 0 : (pages.length - 1) * pageSize + last.length
}
