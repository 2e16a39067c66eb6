/**
 * Where an answer's headings stand in the page's outline, which goes on below the lane's own name. Models begin at any level
 * and skip some; who goes from heading to heading by ear takes a level that is skipped for one that was missed. So a heading
 * stands one level below the nearest one before it that is larger, whatever its marks say; how large it looks, they decide.
 */
import type { Block } from './block.ts'

/** The marks of the headings that the next one may stand below, the outermost first. */
export type Outline = readonly number[]

/**
 * Headings in quotes and items keep `null`: they head nothing of the answer. Depends on what stands before alone, so that no
 * heading changes when more comes.
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
