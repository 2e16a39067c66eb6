/**
 * `reasoning_details`: what a provider wants back, unchanged, with the assistant's message (signatures above all), so that
 * it may go on thinking where it was. An extension of a message that the caller need not understand, only send back.
 *
 * In a stream they come whole, in one chunk: clients of OpenAI's form keep the last value of a member that they do not
 * know, so that fragments would be lost. Their texts are not called `text`, or they would count as reasoning twice. Each
 * is marked with the dialect it is for; a fallback to another provider leaves them out.
 */
import type { ReasoningDetail } from './dialect.ts'
import { isRecord } from './read-json.ts'

const formats = ['anthropic', 'gemini', 'bedrock'] as const
export type Format = (typeof formats)[number]

/** Those that are for this dialect, in order. Loose: they come from outside. */
export function detailsFor(format: Format, details: readonly unknown[]): ReasoningDetail[] {
  return details.filter((detail): detail is ReasoningDetail => {
    return isRecord(detail) && detail.format === format && typeof detail.type === 'string'
  })
}

/** Of any dialect of ours; other gateways have formats of their own. */
export function isOwnDetail(detail: unknown): boolean {
  return isRecord(detail) && formats.some((format) => format === detail.format)
}
