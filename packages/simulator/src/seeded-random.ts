/**
 * Repeatable random numbers: the same seed and purpose give the same numbers, on every machine.
 *
 * A run draws from one source for each purpose ('fate', 'times', …), so that a change in how often one purpose draws
 * does not change the numbers of the others.
 *
 * The generator is sfc32 (Chris Doty-Humphrey's Small Fast Counter, from PractRand, public domain): 128 bits of state,
 * no known failure, and a cycle of 2^32 numbers at the very least.
 */
export interface Random {
  /** From 0 up to, not including, 1. */
  unit(): number
  /** A whole number from `min` to `max`, both included. */
  whole(min: number, max: number): number
  /** A number from `min` up to `max`. */
  between(min: number, max: number): number
  /**
   * A factor to multiply a time by: log-normal with mean 1 and this sigma, because waits are never negative and are
   * more often much too long than much too short. 0 gives exactly 1.
   */
  spread(sigma: number): number
  pick<T>(list: readonly [T, ...T[]]): T
}

export function createRandom(seed: number, purpose: string): Random {
  const next = sfc32(seed >>> 0, Math.floor(Math.abs(seed) / 2 ** 32) >>> 0, fnv1a(purpose), 1)
  // The first numbers still depend on the seed visibly; after a dozen rounds all bits of the state are mixed.
  for (let round = 0; round < 16; round++) next()

  const random: Random = {
    unit: next,
    whole: (min, max) => min + Math.floor(next() * (max - min + 1)),
    between: (min, max) => min + next() * (max - min),
    spread: (sigma) => (sigma === 0 ? 1 : Math.exp(sigma * gauss(next) - (sigma * sigma) / 2)),
    pick: (list) => list[Math.floor(next() * list.length)] ?? list[0],
  }
  return random
}

function sfc32(a: number, b: number, c: number, d: number): () => number {
  return () => {
    const sum = (((a + b) | 0) + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + sum) | 0
    return (sum >>> 0) / 2 ** 32
  }
}

/** 32-bit FNV-1a over UTF-16 code units: from short labels to well-mixed numbers. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  }
  return hash >>> 0
}

/** The Box–Muller transform: a standard normal number from two uniform ones. 1 − u avoids the logarithm of 0. */
function gauss(next: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())
}
