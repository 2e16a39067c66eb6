/** What lanes are called in a sentence. */
import type { RaceState } from '@drag-race/contracts'
import { isolate } from '../look/isolate.ts'

/** The model's name, with the plate's number when the model stands in more than one lane. */
export function toLaneName(state: RaceState, lane: number): string {
  const model = state.lanes[lane]?.model ?? ''
  const isShared = state.lanes.filter((other) => other.model === model).length > 1
  return isShared ? `${isolate(model)} (lane ${lane + 1})` : isolate(model)
}

/** Lanes by number; those of one model under its name once. */
export function toLaneNames(state: RaceState, lanes: number[]): string {
  const sorted = lanes.toSorted((a, b) => a - b)
  const models = new Set(sorted.map((lane) => isolate(state.lanes[lane]?.model ?? '')))
  if (models.size > 1) return joinWords(sorted.map((lane) => toLaneName(state, lane)))
  return `${[...models].join()}, lanes ${joinWords(sorted.map((lane) => String(lane + 1)))}`
}

function joinWords(words: string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}
