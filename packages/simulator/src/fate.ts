/** Draws the fate of a call; null when it is simply answered, as most calls of most models are. */
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
