/** Runs the guardrails of one direction of one call on its texts. */
import { parseJson } from '../dialects/read-json.ts'
import { GatewayError, NotChecked } from '../errors.ts'
import { valuesMax } from '../json-structure.ts'
import type { Detector } from './detector.ts'
import { editData } from './edit-texts.ts'
import { createChain, createScanner, type Scanner } from './scanner.ts'

export interface Guardrail {
  name: string
  action: 'mask' | 'reject'
  detector: Detector
}

export interface TextGuard {
  /** For one text that streams. */
  openText(): Scanner
  /** A whole text. */
  edit(text: string): string
  /** Edits a whole text that should be JSON: its texts go through `editOwn`, or all of it where it is not JSON. */
  editJson(text: string, editOwn?: (text: string) => string): string
  /** The error for JSON whose parsing and editing would hold up all other calls. */
  tooManyValues(): GatewayError
}

/** The guard throws `guardrail_rejected`. `note` is called for every match, with its guardrail, never with the text. */
export function createTextGuard(
  guardrails: readonly Guardrail[],
  side: 'request' | 'answer',
  note: (guardrail: Guardrail) => void,
): TextGuard {
  const openText = () =>
    createChain(
      guardrails.map((guardrail) =>
        createScanner(guardrail.detector, () => {
          note(guardrail)
          if (guardrail.action === 'reject') throw rejected(guardrail, side)
          return `[${guardrail.detector.label}]`
        }),
      ),
    )
  const edit = (text: string) => openText().end(text)
  const editJson = (text: string, editOwn = edit) => {
    const json = parseJson(text)
    if (json === undefined) return editOwn(text)
    const edited = editData(json, editOwn)
    return edited === json ? text : JSON.stringify(edited)
  }
  return { openText, edit, editJson, tooManyValues: () => tooManyValues(side) }
}

function tooManyValues(side: 'request' | 'answer'): GatewayError {
  const what = `The tool call arguments hold more than ${valuesMax} values, the most that guardrails check.`
  return side === 'request' ? new GatewayError('invalid_request', what) : new NotChecked(what)
}

function rejected({ name, detector }: Guardrail, side: 'request' | 'answer'): GatewayError {
  const advice = side === 'request' ? ' Take it out and send the request again.' : ''
  const what = detector.label === name ? 'something that it forbids' : `something like ${detector.label}`
  return new GatewayError(
    'guardrail_rejected',
    `The guardrail ${JSON.stringify(name)} of this gateway found ${what} in the ${side}.${advice}`,
  )
}
