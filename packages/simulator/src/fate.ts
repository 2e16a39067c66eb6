/** Draws what befalls a call; null when it is simply answered, which is most of the time for most models. */
import type { Fate, Profile } from './profile.ts'
import type { Random } from './seeded-random.ts'

export function drawFate(fates: Profile['fates'], random: Random): Fate | null {
  let left = random.unit()
  for (const { chance, fate } of fates) {
    if (left < chance) return fate
    left -= chance
  }
  return null
}
