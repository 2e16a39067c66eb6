/** The known names nearest to an unknown one, for "did you mean": at most `count`, nearest first. */
export function nearest(name: string, known: Iterable<string>, count = 3): string[] {
  const wanted = name.slice(0, lettersMax).toLowerCase()
  // With up to a third of the letters wrong it is taken for a typing error, with more for another word.
  const distanceMax = Math.max(1, Math.floor(wanted.length / 3))
  return [...known]
    .map((candidate) => ({ candidate, distance: distanceTo(wanted, candidate.toLowerCase()) }))
    .filter(({ distance }) => distance <= distanceMax)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, count)
    .map(({ candidate }) => candidate)
}

/** A part of a name ("llama-3.3" for "groq/llama-3.3-70b") is near too, although many letters are missing. */
function distanceTo(wanted: string, candidate: string): number {
  if (wanted.length >= 3 && candidate.includes(wanted)) return 0.5
  return alignment(wanted, candidate.slice(0, lettersMax))
}

/** Only the first 64 letters are compared, so that a hostile name costs at most 64 × 64 steps per candidate. */
const lettersMax = 64

/**
 * Optimal string alignment: the number of letters that are wrong, missing or too many. Two swapped neighbours, the most
 * frequent typing error, count as one.
 */
function alignment(a: string, b: string): number {
  let before: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const substituted = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      const swapped = isSwapped ? before[j - 2]! + 1 : Number.POSITIVE_INFINITY
      next.push(Math.min(substituted, row[j]! + 1, next[j - 1]! + 1, swapped))
    }
    before = row
    row = next
  }
  return row[b.length]!
}
