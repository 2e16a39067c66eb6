/**
 * The body of a chat completion. It is strict about the fields that the simulator uses, and ignores all others, so that
 * a client can send any field that OpenAI knows.
 */
import * as z from 'zod'
import { SimulatorError } from './errors.ts'
import { tokensMax } from './profile.ts'
import { splitTokens } from './tokens.ts'

const Part = z.looseObject({ type: z.string(), text: z.string().optional() })

const Body = z.looseObject({
  model: z.string().min(1).max(500),
  messages: z
    .array(
      z.looseObject({
        role: z.string().min(1),
        content: z.union([z.string(), z.array(Part)]).nullish(),
      }),
    )
    .min(1, 'give at least one message')
    .max(2000),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
  max_tokens: z.int().min(1).nullish(),
  max_completion_tokens: z.int().min(1).nullish(),
  seed: z.int().nullish(),
  n: z.literal(1, 'the simulator gives one choice; leave n out').nullish(),
})

export interface ChatRequest {
  model: string
  /** The text of the last user message, which is answered. */
  prompt: string
  /** Roles and texts of all messages, as one string, from which the seed is made. */
  conversation: string
  promptTokens: number
  stream: boolean
  includeUsage: boolean
  /** For reasoning and answer together, as OpenAI counts it. */
  outputTokensMax: number
  seed: number | null
}

/** Throws `invalid_json`, or `invalid_request` naming the first field at fault. */
export function parseChatRequest(text: string): ChatRequest {
  const checked = Body.safeParse(parseJson(text))
  if (!checked.success) throw badField(checked.error.issues[0]!)
  const body = checked.data
  const messages = body.messages.map(({ role, content }) => ({ role, text: toText(content) }))
  const limit = body.max_completion_tokens ?? body.max_tokens ?? tokensMax
  return {
    model: body.model,
    prompt: messages.findLast(({ role }) => role === 'user')?.text ?? '',
    conversation: JSON.stringify(messages),
    promptTokens: countPromptTokens(messages.map((message) => message.text)),
    stream: body.stream ?? false,
    includeUsage: body.stream_options?.include_usage ?? false,
    outputTokensMax: Math.min(limit, 2 * tokensMax),
    seed: body.seed ?? null,
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new SimulatorError('invalid_json', `The body is not JSON: ${why.slice(0, 200)}`)
  }
}

function badField(issue: z.core.$ZodIssue): SimulatorError {
  const param = issue.path.join('.')
  const message = param === '' ? `The body: ${issue.message}.` : `\`${param}\`: ${issue.message}.`
  return new SimulatorError('invalid_request', message, { param: param === '' ? null : param })
}

/** Images and files are accepted, but not read. */
function toText(content: z.infer<typeof Body>['messages'][number]['content']): string {
  if (typeof content === 'string') return content
  return (content ?? []).map((part) => part.text ?? '').join('')
}

/** As OpenAI's cookbook counts chats: four tokens around each message, and three that open the answer. */
function countPromptTokens(texts: string[]): number {
  return texts.reduce((sum, text) => sum + 4 + splitTokens(text).length, 3)
}
