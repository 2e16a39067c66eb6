/** The names that a mistyped one may have meant, nearest first. */
export function nearestNames(wanted: string, names: Iterable<string>, atMost = 3): string[] {
  const ranked = [...names].map((name) => ({ name, edits: countEdits(wanted, name) }))
  ranked.sort((one, other) => one.edits - other.edits)
  return ranked.slice(0, atMost).map(({ name }) => name)
}

/** Levenshtein's distance, row by row. Only the first 64 characters count: names are short, requests may not be. */
function countEdits(one: string, other: string): number {
  const wanted = one.slice(0, 64).toLowerCase()
  let row = Array.from({ length: wanted.length + 1 }, (_, index) => index)
  for (const [line, char] of [...other.toLowerCase()].entries()) {
    const next = [line + 1]
    for (let column = 1; column <= wanted.length; column++) {
      const swap = row[column - 1]! + (wanted[column - 1] === char ? 0 : 1)
      next.push(Math.min(swap, row[column]! + 1, next[column - 1]! + 1))
    }
    row = next
  }
  return row[wanted.length]!
}
