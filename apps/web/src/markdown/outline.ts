/**
 * The levels of an answer's headings in the page's outline, where they come below the lane's name. Models begin at any
 * level and skip levels; someone who goes through the headings with a screen reader takes a skipped level for a heading
 * that was missed. So a heading is one level below the nearest larger one before it; its marks decide only its size.
 */
import type { Block } from './block.ts'

/** The marked levels of the headings that the next one can be below, the outermost first. */
export type Outline = readonly number[]

/**
 * Headings in quotes and items keep `null`: they are not part of the outline. A level depends only on the headings
 * before it, so that no heading changes when more text comes.
 */
export function placeHeadings(
  blocks: readonly Block[],
  before: Outline,
): { blocks: Block[]; outline: Outline } {
  let outline = before
  const placed = blocks.map((block) => {
    if (block.kind !== 'flow' || block.level === 0) return block
    const { level } = block
    outline = [...outline.filter((larger) => larger < level), level]
    return { ...block, outlineLevel: Math.min(6, laneLevel + outline.length) as 3 | 4 | 5 | 6 }
  })
  return { blocks: placed, outline }
}

/** The page's title is an h1, a lane's name an h2. */
const laneLevel = 2
