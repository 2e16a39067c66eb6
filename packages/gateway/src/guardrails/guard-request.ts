/**
 * Passes a request through its guardrails: the same bytes where they find nothing, JSON with masked texts where they
 * mask. They check what the model reads as text, but not `metadata` and `user`, nor what an application writes for all
 * its calls: `tools`, and the form of the answer (`response_format`, `text`).
 */
import type { ChatRequest } from '../chat-request.ts'
import { isRecord, parseJson } from '../dialects/read-json.ts'
import { GatewayError } from '../errors.ts'
import type { StopSignal } from '../stop.ts'
import { editInTurns } from './edit-in-turns.ts'
import { editTexts } from './edit-texts.ts'
import type { TextGuard } from './text-guard.ts'
import { createTurns } from './turns.ts'

/** The members that are checked, of all endpoints. */
export const guardedMembers = [
  'messages',
  'system',
  'prompt',
  'suffix',
  'input',
  'instructions',
  'prediction',
  // Of vLLM: documents for the model to answer from.
  'documents',
]

/**
 * Rejects with `guardrail_rejected`, with `invalid_request` for a body that cannot be checked, and with the signal's
 * reason when it is aborted.
 */
export async function guardRequest(
  asked: ChatRequest,
  guard: TextGuard,
  signal: Pick<StopSignal, 'aborted' | 'reason'>,
): Promise<ChatRequest> {
  const giveUpWhenAborted = () => {
    if (signal.aborted) throw signal.reason
  }
  const turns = createTurns(giveUpWhenAborted)
  // Parsed again, because `parseJson` keeps the digits of integers that a double cannot hold.
  const before = parseJson(asked.body.toString())
  // The body was JSON when it was read: `parseJson` only refuses it for its depth.
  if (!isRecord(before)) throw tooDeep()
  const read = guardedMembers.filter((member) => Object.hasOwn(before, member))
  const edits = await editInTurns(guard, turns, (edit) =>
    read.flatMap((member) => {
      const after = editTexts(before[member], edit)
      return after === before[member] ? [] : [[member, after] as const]
    }),
  )
  if (edits.length === 0) return asked
  const body = Buffer.from(JSON.stringify({ ...before, ...Object.fromEntries(edits) }))
  return { ...asked, body, json: JSON.parse(body.toString()) as Record<string, unknown> }
}

function tooDeep(): GatewayError {
  const message = 'The body is nested too deep to be checked by the guardrails of this gateway; nest it less.'
  return new GatewayError('invalid_request', message)
}
