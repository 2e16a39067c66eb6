/** The tags of a race that runs one lane of another race again: those of that race, and its id. */
import { tagsMax } from '@drag-race/contracts'

export const rerunTag = 'rerun-of'

export function toRerunTags(tags: Readonly<Record<string, string>>, raceId: string): Record<string, string> {
  const others = Object.entries(tags).filter(([name]) => name !== rerunTag)
  return { ...Object.fromEntries(others.slice(0, tagsMax - 1)), [rerunTag]: raceId }
}
