/** What form the caller wants the answer in: `response_format`. */
import type { ChatRequest } from './chat-request.ts'
import { cannotCarry } from './dialect-error.ts'

export type AnswerForm =
  | { kind: 'text' }
  /** Any JSON object. */
  | { kind: 'json' }
  | { kind: 'schema'; name: string; description: string | null; schema: Record<string, unknown> }

/** For dialects that can keep to a schema but have no mode for "any JSON object": the model is told. */
export const jsonInstruction =
  'Answer with a single JSON object and nothing else: no other text, no code fence.'

export function readAnswerForm({ response_format: format }: ChatRequest): AnswerForm {
  if (!format || format.type === 'text') return { kind: 'text' }
  if (format.type === 'json_object') return { kind: 'json' }
  const { name, description, schema } = format.json_schema
  if (!schema) {
    throw cannotCarry(
      'response_format.json_schema.schema',
      'is missing: send the schema, or use `json_object`.',
    )
  }
  return { kind: 'schema', name, description: description ?? null, schema }
}
