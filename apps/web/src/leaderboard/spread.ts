/**
 * Where labels at the ends of lines stand: near their lines without touching one another, in the order of the lines,
 * within the height of the chart. Labels that would touch are joined into a block around the mean of the places that
 * its labels want; blocks that touch are joined again.
 */
export function spread(wanted: readonly number[], gap: number, top: number, bottom: number): number[] {
  const order = wanted.map((at, index) => ({ at, index })).toSorted((a, b) => a.at - b.at)
  // More labels than fit stand closer than the gap, rather than off the chart.
  const step = Math.min(gap, (bottom - top) / Math.max(1, order.length - 1))
  const blocks: Block[] = []
  for (const { at } of order) {
    let block: Block = { count: 1, first: clamp(at, top, bottom), sum: at }
    for (let above = blocks.at(-1); above && overlaps(above, block, step); above = blocks.at(-1)) {
      blocks.pop()
      block = merge(above, block, step, top, bottom)
    }
    blocks.push(block)
  }
  const placed = blocks.flatMap(({ first, count }) =>
    Array.from({ length: count }, (_, n) => first + n * step),
  )
  const result = Array<number>(wanted.length)
  for (const [place, { index }] of order.entries()) result[index] = placed[place] ?? top
  return result
}

interface Block {
  count: number
  /** Where its first label stands. */
  first: number
  /** The sum of the places that each label by itself would want for the first one. */
  sum: number
}

function overlaps(above: Block, below: Block, step: number): boolean {
  return above.first + above.count * step > below.first
}

function merge(above: Block, below: Block, step: number, top: number, bottom: number): Block {
  const count = above.count + below.count
  const sum = above.sum + below.sum - below.count * above.count * step
  return { count, sum, first: clamp(sum / count, top, bottom - (count - 1) * step) }
}

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(value, high))
}
