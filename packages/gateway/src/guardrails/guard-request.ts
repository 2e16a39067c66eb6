/**
 * A request as its guardrails let it go up: the same bytes where they find nothing, JSON with other texts where they mask.
 * Looked at is what a model reads of it; what the provider alone reads (tools, metadata, user) is not.
 */
import type { ChatRequest } from '../chat-request.ts'
import { isRecord, parseJson } from '../dialects/read-json.ts'
import { GatewayError } from '../errors.ts'
import { editTexts } from './edit-texts.ts'
import type { TextGuard } from './text-guard.ts'

/** Of all endpoints. */
const readMembers = ['messages', 'system', 'prompt', 'suffix', 'input', 'instructions', 'prediction']

/** Throws `guardrail_rejected`; `invalid_request` for what cannot be checked. */
export function guardRequest(asked: ChatRequest, guard: TextGuard): ChatRequest {
  try {
    return editRequest(asked, guard)
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause
    throw tooDeep(cause)
  }
}

function editRequest(asked: ChatRequest, guard: TextGuard): ChatRequest {
  // Read again, because here integers beyond a double keep their digits.
  const before = parseJson(asked.body.toString())
  // It was JSON a moment ago: only the stack was too small for it.
  if (!isRecord(before)) throw tooDeep()
  const edits = readMembers.flatMap((member) => {
    if (!Object.hasOwn(before, member)) return []
    const after = editTexts(before[member], (text, { isJson }) =>
      isJson ? guard.editJson(text) : guard.edit(text),
    )
    return after === before[member] ? [] : [[member, after] as const]
  })
  if (edits.length === 0) return asked
  const body = Buffer.from(JSON.stringify({ ...before, ...Object.fromEntries(edits) }))
  return { ...asked, body, json: JSON.parse(body.toString()) as Record<string, unknown> }
}

function tooDeep(cause?: unknown): GatewayError {
  const message = 'The body holds lists in lists too deep to be checked by the guardrails of this gateway.'
  return new GatewayError('invalid_request', message, { cause })
}
