/** How lanes are named in a sentence. */
import { isolate } from '../look/isolate.ts'

/** A race on the screen, or the summary of one. */
interface Named {
  lanes: readonly { lane: number; model: string }[]
}

/** The model's name, with the plate's number when the model stands in more than one lane. */
export function toLaneName({ lanes }: Named, lane: number): string {
  const model = toModel(lanes, lane)
  const isShared = lanes.filter((other) => other.model === model).length > 1
  return isShared ? `${isolate(model)} (lane ${lane + 1})` : isolate(model)
}

/** Lanes in the order of their numbers; where several are all of one model, its name once and then the numbers. */
export function toLaneNames(race: Named, numbers: readonly number[]): string {
  const sorted = numbers.toSorted((a, b) => a - b)
  const models = new Set(sorted.map((lane) => isolate(toModel(race.lanes, lane))))
  if (models.size > 1 || sorted.length === 1) return joinWords(sorted.map((lane) => toLaneName(race, lane)))
  return `${[...models].join()}, lanes ${joinWords(sorted.map((lane) => String(lane + 1)))}`
}

function toModel(lanes: Named['lanes'], lane: number): string {
  return lanes.find((other) => other.lane === lane)?.model ?? ''
}

const list = new Intl.ListFormat('en-GB')

/** `a`, `a and b`, `a, b and c`. */
export function joinWords(words: readonly string[]): string {
  return list.format(words)
}
