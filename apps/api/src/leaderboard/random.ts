/**
 * Random numbers from a seed: the same seed gives the same draws, so the same races give exactly the same interval.
 *
 * Bob Jenkins' "small noncryptographic PRNG" (2007), in words of 32 bits.
 */
export interface Random {
  /** From the exponential distribution with mean 1. */
  exponential(): number
  /** The sum of `count` of them. */
  exponentials(count: number): number
}

/** So many draws share one logarithm: each is at least 2⁻³³, and the smallest number is 2⁻¹⁰²². */
const sharesAtOnce = 30

export function createRandom(seed: number): Random {
  let a = 0xf1ea5eed
  let [b, c, d] = [seed >>> 0, seed >>> 0, seed >>> 0]
  function word(): number {
    const e = (a - ((b << 27) | (b >>> 5))) >>> 0
    a = (b ^ ((c << 17) | (c >>> 15))) >>> 0
    b = (c + d) >>> 0
    c = (d + e) >>> 0
    d = (e + a) >>> 0
    return d
  }
  // The first words are not mixed yet: they show the seed.
  for (let draw = 0; draw < 20; draw++) word()
  /** Between 0 and 1, never one of the two. */
  const share = () => (word() + 0.5) / 2 ** 32
  return {
    exponential: () => -Math.log(share()),
    exponentials(count) {
      let sum = 0
      for (let left = count; left > 0; left -= sharesAtOnce) {
        let product = 1
        for (let draw = Math.min(left, sharesAtOnce); draw > 0; draw--) product *= share()
        sum -= Math.log(product)
      }
      return sum
    },
  }
}
