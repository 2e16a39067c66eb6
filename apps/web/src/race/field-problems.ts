/**
 * Sorts the details of a refused request by the fields that they are about, so that each message is shown at its field.
 * Paths come as `lanes.2.model` or `lanes[2].model`.
 */
import type { ApiProblem } from '../read-json.ts'

export interface FieldProblems {
  prompt: string[]
  finish: string[]
  /** By lane index. */
  lanes: Record<number, string[]>
  /** Messages for none of these fields; the problem's own message when it has no details. */
  other: string[]
}

export function toFieldProblems(problem: ApiProblem | null): FieldProblems {
  const sorted: FieldProblems = { prompt: [], finish: [], lanes: {}, other: [] }
  if (!problem) return sorted
  for (const { path, message } of problem.details) {
    const steps = path.replaceAll(/\[(\d+)\]/g, '.$1').split('.')
    const lane = steps[0] === 'lanes' && steps[1] !== undefined ? Number(steps[1]) : null
    if (steps[0] === 'prompt') sorted.prompt.push(message)
    else if (steps[0] === 'finish') sorted.finish.push(message)
    else if (lane === null) sorted.other.push(message)
    else sorted.lanes[lane] = [...(sorted.lanes[lane] ?? []), withField(steps.slice(2), message)]
  }
  if (problem.details.length === 0) sorted.other.push(problem.message)
  return sorted
}

/** Puts the field's name before the message of a setting; a message about the model names the model itself. */
function withField(steps: string[], message: string): string {
  const field = steps.at(-1)
  return field === undefined || field === 'model' ? message : `${field}: ${message}`
}
