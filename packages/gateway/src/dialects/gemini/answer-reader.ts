/**
 * `GenerateContentResponse` → text, thinking, pictures and tool calls. A stream is many of them, a whole answer is one.
 *
 * Older models repeat `finishReason: "STOP"` in every chunk, and usage comes with each: both are used only at the end.
 */
import type { ChunkWriter } from '../chunk-writer.ts'
import { badAnswer, DialectError } from '../dialect-error.ts'
import { shortenName } from '../provider-words.ts'
import { count, isRecord, record, records, text } from '../read-json.ts'
import { mapFinishReason } from './map-finish-reason.ts'
import { mapUsage } from './map-usage.ts'
import { toErrorFault } from './read-error.ts'

export interface AnswerReader {
  /** Throws a `DialectError` for an error in place of an answer. */
  add(response: Record<string, unknown>): void
  /** Nothing more comes: writes finish reasons and usage. Throws for an answer that Gemini calls broken. */
  end(): void
}

interface Candidate {
  calls: number
  finishReason: string
  finishMessage: string
}

/** `id`: the completion's id when Gemini gives none. Tool calls without an id get one made of the completion's. */
export function createAnswerReader(writer: ChunkWriter, id: string): AnswerReader {
  const candidates = new Map<number, Candidate>()
  let responseId = id
  let blockReason = ''
  let usage: unknown = null

  const addCandidate = (raw: Record<string, unknown>) => {
    const index = count(raw.index) ?? 0
    const candidate = candidates.get(index) ?? { calls: 0, finishReason: '', finishMessage: '' }
    candidates.set(index, candidate)
    writer.begin(index)
    for (const part of records(record(raw.content).parts)) addPart(part, index, candidate)
    candidate.finishReason = text(raw.finishReason) || candidate.finishReason
    candidate.finishMessage = text(raw.finishMessage) || candidate.finishMessage
  }
  const addPart = (part: Record<string, unknown>, index: number, candidate: Candidate) => {
    const signature = text(part.thoughtSignature)
    const signed = { format: 'gemini', type: 'thought_signature', signature }
    if (isRecord(part.functionCall)) {
      const callId = addCall(part.functionCall, index, candidate)
      if (signature !== '') writer.detail({ ...signed, tool_call_id: callId }, index)
      return
    }
    const { mimeType, data } = record(part.inlineData)
    // Thinking has pictures too, which are drafts.
    if (/^image\//.test(text(mimeType)) && part.thought !== true) {
      writer.image({ mediaType: text(mimeType), base64: text(data) }, index)
    }
    if (part.thought === true) writer.reasoning(text(part.text), index)
    else writer.text(text(part.text), index)
    if (signature !== '') writer.detail(signed, index)
  }
  /** Tool calls come whole, never in fragments. */
  const addCall = (call: Record<string, unknown>, index: number, candidate: Candidate): string => {
    const callId = text(call.id) || `call_${responseId}_${index}_${candidate.calls}`
    candidate.calls++
    const place = writer.toolCall({ id: callId, name: text(call.name) }, index)
    writer.toolArguments(place, JSON.stringify(record(call.args)), index)
    return callId
  }

  return {
    add(response) {
      if (isRecord(response.error)) throw new DialectError(toErrorFault(response.error))
      responseId = shortenName(text(response.responseId)) || responseId
      writer.about({ id: responseId, model: text(response.modelVersion) })
      for (const candidate of records(response.candidates)) addCandidate(candidate)
      blockReason = text(record(response.promptFeedback).blockReason) || blockReason
      usage = response.usageMetadata ?? usage
      const counted = mapUsage(response.usageMetadata)
      if (counted) writer.counted(counted)
    },
    end() {
      for (const [index, candidate] of candidates) finish(writer, candidate, index)
      // A blocked prompt gets no candidate, and no error either.
      if (blockReason !== '' && candidates.size === 0) writer.finish('content_filter', blockReason)
      const counts = writer.state === 'finished' ? mapUsage(usage) : null
      if (counts) writer.usage(counts)
    },
  }
}

function finish(writer: ChunkWriter, { finishReason, finishMessage }: Candidate, index: number) {
  if (finishReason === '') return
  const reason = mapFinishReason(finishReason)
  if (reason) return writer.finish(reason, finishReason, index)
  throw badAnswer(
    `Gemini broke its answer off: ${[finishReason, finishMessage].filter(Boolean).join(', ')}. Try again.`,
  )
}
