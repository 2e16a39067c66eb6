/** What form the caller wants the answer in: `response_format`. */
import type { ChatRequest } from './chat-request.ts'
import { cannotCarry } from './dialect-error.ts'
import { encodeBody } from './encode-body.ts'
import { toStrictSchema } from './strict-schema.ts'

export type AnswerForm =
  | { kind: 'text' }
  /** Any JSON object. */
  | { kind: 'json' }
  | SchemaForm

export interface SchemaForm {
  kind: 'schema'
  name: string
  description: string | null
  schema: Record<string, unknown>
  /** The answer must follow the schema. Otherwise the model does its best, as at OpenAI. */
  isStrict: boolean
}

export function readAnswerForm({ response_format: format }: ChatRequest): AnswerForm {
  if (!format || format.type === 'text') return { kind: 'text' }
  if (format.type === 'json_object') return { kind: 'json' }
  const { name, description, schema, strict } = format.json_schema
  if (!schema) {
    throw cannotCarry(
      'response_format.json_schema.schema',
      'is missing: send the schema, or use `json_object`.',
    )
  }
  return { kind: 'schema', name, description: description ?? null, schema, isStrict: strict === true }
}

/** How the model learns of the form: a schema that it is held to, or words for the end of its instructions. */
export interface Told {
  form: SchemaForm | null
  words: string | null
}

/** Throws for a strict schema that the model cannot be held to. */
export function tellForm(form: AnswerForm, keepsToSchemas: boolean): Told {
  if (form.kind === 'text') return { form: null, words: null }
  if (form.kind === 'json') return { form: null, words: jsonInstruction }
  const schema = keepsToSchemas ? toStrictSchema(form.schema) : null
  if (schema) return { form: { ...form, schema }, words: null }
  if (form.isStrict) throw cannotCarry('response_format', refusal(keepsToSchemas))
  return { form: null, words: `${jsonInstruction} It keeps to this JSON schema: ${encodeBody(form.schema)}` }
}

const jsonInstruction = 'Answer with a single JSON object and nothing else: no other text, no code fence.'

function refusal(keepsToSchemas: boolean): string {
  const why = keepsToSchemas
    ? ', because it allows any value in a place, or members of any name, or joins objects by `allOf`'
    : ''
  return `has a schema that this model cannot be held to${why}: leave \`strict\` out, and the model does its best, or name another model.`
}
