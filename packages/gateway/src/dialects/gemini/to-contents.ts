/**
 * Turns → Gemini's contents. A tool's result names the tool as well as the call.
 *
 * Gemini's thought signatures go back in the part they came with: on the tool call, or in an empty text after the text,
 * as in a stream.
 */
import type { AssistantMessage, AttachedPart, TextPart, ToolCall, ToolResult, Turn } from '../conversation.ts'
import { cannotCarry } from '../dialect-error.ts'
import { text } from '../read-json.ts'
import { detailsFor } from '../reasoning-details.ts'
import { guessMediaType } from './guess-media-type.ts'

type Part = Record<string, unknown>

/** `wantsSignatures`: the model refuses tool calls without one. */
export function toContents(
  turns: readonly Turn[],
  wantsSignatures: boolean,
): { role: 'user' | 'model'; parts: Part[] }[] {
  return turns.map((turn) => {
    if (turn.role === 'user') return { role: 'user', parts: turn.parts.map(toUserPart) }
    return {
      role: 'model',
      parts: turn.messages.flatMap((message) => toModelParts(message, wantsSignatures)),
    }
  })
}

function toUserPart(part: TextPart | AttachedPart | ToolResult): Part {
  switch (part.kind) {
    case 'text':
      return { text: part.text }
    case 'image':
    case 'file':
      return toAttachedPart(part)
    case 'tool-result':
      return { functionResponse: toFunctionResponse(part) }
  }
}

function toAttachedPart({ source, param }: AttachedPart): Part {
  if ('base64' in source) return { inlineData: { mimeType: source.mediaType, data: source.base64 } }
  const mimeType = guessMediaType(source.url)
  if (mimeType) return { fileData: { mimeType, fileUri: source.url } }
  throw cannotCarry(
    `${param}.url`,
    'must end in .png, .jpg, .webp, .heic or .gif, because Gemini needs its type; or send the picture as a data: URL.',
  )
}

function toFunctionResponse({ callId, name, parts }: ToolResult): Part {
  const texts = parts.flatMap((part) => (part.kind === 'text' ? [part.text] : []))
  const attached = parts.flatMap((part) => (part.kind === 'text' ? [] : [toAttachedPart(part)]))
  return {
    id: callId,
    name,
    response: { output: texts.join('\n') },
    ...(attached.length > 0 && { parts: attached }),
  }
}

function toModelParts(
  { texts, calls, reasoningDetails }: AssistantMessage,
  wantsSignatures: boolean,
): Part[] {
  const signatures = readSignatures(reasoningDetails)
  const parts: Part[] = texts.map((part) => ({ text: part.text }))
  if (signatures.ofText !== '') parts.push({ text: '', thoughtSignature: signatures.ofText })
  const isSigned = calls.some(({ id }) => signatures.ofCalls.has(id))
  const calling = calls.map((call, index) => {
    // Of parallel calls only the first is signed.
    const missing = wantsSignatures && !isSigned && index === 0 ? unsigned : undefined
    return toFunctionCall(call, signatures.ofCalls.get(call.id) ?? missing)
  })
  return [...parts, ...calling]
}

/** Google's placeholder for a call whose signature is lost, or that another model made: the call is then accepted. */
const unsigned = 'skip_thought_signature_validator'

function toFunctionCall({ id, name, input }: ToolCall, thoughtSignature: string | undefined): Part {
  return { functionCall: { id, name, args: input }, ...(thoughtSignature && { thoughtSignature }) }
}

function readSignatures(details: readonly unknown[]): { ofText: string; ofCalls: Map<string, string> } {
  const found = { ofText: '', ofCalls: new Map<string, string>() }
  for (const detail of detailsFor('gemini', details)) {
    const signature = text(detail.signature)
    const callId = text(detail.tool_call_id)
    if (signature === '') continue
    if (callId === '') found.ofText = signature
    else found.ofCalls.set(callId, signature)
  }
  return found
}
