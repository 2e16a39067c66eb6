/** Whether the two lanes of a pair were asked alike. */
import { areAskedAlike, type RaceDetail, toAskedWith, toAskedWords } from '@drag-race/contracts'
import type { LanePair } from './pair-lanes.ts'

/** What the lane of each race was asked with, in words; `hasOtherSystem`: their system prompts differ too. */
export interface ComparedAsked {
  one: string
  other: string
  hasOtherSystem: boolean
}

/** null where both were asked alike, or one is missing. */
export function compareAsked(
  pair: LanePair,
  one: Pick<RaceDetail, 'request'>,
  other: Pick<RaceDetail, 'request'>,
): ComparedAsked | null {
  const a = pair.one && toAskedWith(one.request, pair.one.lane)
  const b = pair.other && toAskedWith(other.request, pair.other.lane)
  if (!a || !b || areAskedAlike(a, b)) return null
  return {
    one: toAskedWords(a).join(', '),
    other: toAskedWords(b).join(', '),
    hasOtherSystem: a.system !== b.system,
  }
}
