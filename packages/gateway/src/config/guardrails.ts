/** The faults of `guardrails` that the schema cannot find. Works on the raw value, as `cross-check.ts` does. */

import { createPattern } from '../guardrails/pattern.ts'
import { PatternFault } from '../guardrails/read-pattern.ts'
import type { UnknownModel } from './check-virtual-models.ts'
import type { Fault } from './faults.ts'
import { entries, list, type Raw, record } from './raw.ts'

export function guardrailFaults(policies: Raw | null, unknownModel: UnknownModel): Fault[] {
  const guardrails = entries(policies?.guardrails)
  return guardrails.flatMap((guardrail, index) => {
    const path = ['llm', 'policies', 'guardrails', index]
    return [
      ...takenName(guardrails, index, path),
      ...matchFaults(record(guardrail.match), [...path, 'match']),
      // A guardrail for a model that does not exist guards nothing.
      ...list(guardrail.models).flatMap((name, at) => unknownModel(name, [...path, 'models', at])),
    ]
  })
}

function takenName(guardrails: Raw[], index: number, path: Fault['path']): Fault[] {
  const { name } = guardrails[index]!
  const first = guardrails.findIndex((guardrail) => guardrail.name === name)
  if (first === index || typeof name !== 'string') return []
  const sentence = `the name ${JSON.stringify(name)} is taken by llm.policies.guardrails[${first}]; names must differ`
  return [{ path: [...path, 'name'], sentence }]
}

function matchFaults(match: Raw | null, path: Fault['path']): Fault[] {
  if (!match) return []
  const { detector, regex, flags } = match
  if ((detector === undefined) === (regex === undefined)) {
    return [
      { path, sentence: `needs one of detector and regex${detector === undefined ? '' : ', not both'}` },
    ]
  }
  if (typeof regex !== 'string') {
    return flags === undefined
      ? []
      : [{ path: [...path, 'flags'], sentence: 'is of use to regex only; leave it out' }]
  }
  const sentence = patternFault(regex, typeof flags === 'string' ? flags : '')
  return sentence === null ? [] : [{ path: [...path, 'regex'], sentence }]
}

function patternFault(source: string, flags: string): string | null {
  try {
    createPattern({ label: '', source, flags })
    return null
  } catch (error) {
    if (error instanceof PatternFault) return error.message
    throw error
  }
}
