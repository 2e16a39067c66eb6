/**
 * `reasoning_details`: what a provider wants back unchanged with the assistant's message, above all signatures, so that
 * the model can continue its thinking. The caller need not understand this extension of a message, only send it back.
 *
 * In a stream all details come in one chunk: clients of OpenAI's form keep only the last value of a member that they do
 * not know, so that fragments would get lost. The texts are not called `text`, or they would count as reasoning a
 * second time. Each detail is marked with the dialect it belongs to; a request to another provider leaves it out.
 */
import type { ReasoningDetail } from './dialect.ts'
import { isRecord } from './read-json.ts'

const formats = ['anthropic', 'gemini', 'bedrock'] as const
export type Format = (typeof formats)[number]

/** The details of this dialect, in order. The caller sends them, so that each can be of any form. */
export function detailsFor(format: Format, details: readonly unknown[]): ReasoningDetail[] {
  return details.filter((detail): detail is ReasoningDetail => {
    return isRecord(detail) && detail.format === format && typeof detail.type === 'string'
  })
}

/** Did one of our dialects write it? Other gateways have formats of their own. */
export function isOwnDetail(detail: unknown): boolean {
  return isRecord(detail) && formats.some((format) => format === detail.format)
}
