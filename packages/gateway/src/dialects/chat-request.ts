/**
 * OpenAI's chat request as the dialects read it. Strict, so that nothing is lost silently on the way to another
 * dialect: a member that cannot be carried is refused by name, and `request-keys.ts` lists what is left out. Only
 * inside messages are unknown members ignored, because clients send whole answers back, with all members that came in
 * them.
 */
import { z } from 'zod'
import { cannotCarry } from './dialect-error.ts'
import { checkKeys } from './request-keys.ts'

/** Anthropic's mark for "cache up to here", on a part or a tool; dialects without such a mark leave it out. */
const CacheControl = z.looseObject({ type: z.string(), ttl: z.string().optional() }).nullish()

const TextPart = z.looseObject({ type: z.literal('text'), text: z.string(), cache_control: CacheControl })
const RefusalPart = z.looseObject({ type: z.literal('refusal'), refusal: z.string() })
const ImagePart = z.looseObject({
  type: z.literal('image_url'),
  image_url: z.preprocess(
    (value) => (typeof value === 'string' ? { url: value } : value),
    z.looseObject({ url: z.string() }),
  ),
  cache_control: CacheControl,
})
const FilePart = z.looseObject({
  type: z.literal('file'),
  file: z.looseObject({
    filename: z.string().nullish(),
    file_data: z.string().nullish(),
    file_id: z.string().nullish(),
  }),
  cache_control: CacheControl,
})
const AudioPart = z.looseObject({
  type: z.literal('input_audio'),
  input_audio: z.looseObject({ data: z.string().min(1), format: z.enum(['wav', 'mp3']) }),
  cache_control: CacheControl,
})

const textPart = z.discriminatedUnion('type', [TextPart], 'must be `text` here.')
const userPart = z.discriminatedUnion(
  'type',
  [TextPart, ImagePart, FilePart, AudioPart],
  'must be `text`, `image_url`, `file` or `input_audio`.',
)
const assistantPart = z.discriminatedUnion('type', [TextPart, RefusalPart], 'must be `text` or `refusal`.')

/** A string stands for a list with one text part. */
function parts<Part extends z.ZodType>(part: Part) {
  return z.preprocess(
    (value) => (typeof value === 'string' ? [{ type: 'text', text: value }] : value),
    z.array(part, 'must be a text or a list of parts.'),
  )
}

const ToolCall = z.looseObject({
  id: z.string().min(1),
  type: z.literal('function', 'must be `function`.').default('function'),
  function: z.looseObject({ name: z.string().min(1), arguments: z.string() }),
})

const gone = z.null('is no longer used: send `tools` and `tool_calls`.').optional()

const Message = z.discriminatedUnion(
  'role',
  [
    z.looseObject({ role: z.enum(['system', 'developer']), content: parts(textPart) }),
    z.looseObject({ role: z.literal('user'), content: parts(userPart) }),
    z.looseObject({
      role: z.literal('assistant'),
      content: z.preprocess((value) => value ?? [], parts(assistantPart)),
      refusal: z.string().nullish(),
      tool_calls: z.array(ToolCall).nullish(),
      /** What came with the answer; see `reasoning-details.ts`. */
      reasoning_details: z.array(z.unknown()).nullish(),
      function_call: gone,
    }),
    z.looseObject({ role: z.literal('tool'), tool_call_id: z.string(), content: parts(userPart) }),
  ],
  'must be system, developer, user, assistant or tool.',
)
export type Message = z.infer<typeof Message>

const schemaObject = z.record(z.string(), z.unknown())

const Tool = z.looseObject({
  type: z.literal('function', 'must be `function`: only OpenAI has other kinds of tools.'),
  function: z.looseObject({
    name: z.string().min(1),
    description: z.string().nullish(),
    parameters: schemaObject.nullish(),
    strict: z.boolean().nullish(),
  }),
  cache_control: CacheControl,
})

const NamedTool = z.looseObject({
  type: z.literal('function'),
  function: z.looseObject({ name: z.string() }),
})
const ToolChoice = z.union(
  [
    z.enum(['auto', 'none', 'required']),
    NamedTool,
    z.looseObject({
      type: z.literal('allowed_tools'),
      allowed_tools: z.looseObject({ mode: z.enum(['auto', 'required']), tools: z.array(NamedTool) }),
    }),
  ],
  'must be auto, none, required, {"type": "function", "function": {"name": …}} or allowed_tools.',
)

const AnswerFormat = z.discriminatedUnion(
  'type',
  [
    z.looseObject({ type: z.literal('text') }),
    z.looseObject({ type: z.literal('json_object') }),
    z.looseObject({
      type: z.literal('json_schema'),
      json_schema: z.looseObject({
        name: z.string(),
        description: z.string().nullish(),
        schema: schemaObject.nullish(),
        strict: z.boolean().nullish(),
      }),
    }),
  ],
  'must be text, json_object or json_schema.',
)

const Thinking = z.discriminatedUnion(
  'type',
  [
    z.strictObject({ type: z.literal('enabled'), budget_tokens: z.int().min(1) }),
    z.strictObject({ type: z.literal('adaptive') }),
    z.strictObject({ type: z.literal('disabled') }),
  ],
  'must be enabled, adaptive or disabled.',
)

const tokens = z.int().min(1)

const ChatRequest = z.looseObject({
  messages: z.array(Message).min(1),
  max_tokens: tokens.nullish(),
  max_completion_tokens: tokens.nullish(),
  temperature: z.number().nullish(),
  top_p: z.number().nullish(),
  top_k: z.int().min(1).nullish(),
  n: z.int().min(1).nullish(),
  seed: z.int().nullish(),
  presence_penalty: z.number().nullish(),
  frequency_penalty: z.number().nullish(),
  stop: z
    .preprocess((value) => (typeof value === 'string' ? [value] : value), z.array(z.string()))
    .transform((sequences) => (sequences.length > 0 ? sequences : null))
    .nullish(),
  reasoning_effort: z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']).nullish(),
  thinking: Thinking.nullish(),
  response_format: AnswerFormat.nullish(),
  tools: z.array(Tool).nullish(),
  tool_choice: ToolChoice.nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  modalities: z.array(z.string()).nullish(),
})
export type ChatRequest = z.infer<typeof ChatRequest>

/** `carried`: the members that this dialect can carry beyond those that all dialects can. Throws a `DialectError`. */
export function parseChatRequest(chat: unknown, carried: readonly string[]): ChatRequest {
  const parsed = ChatRequest.safeParse(chat)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw cannotCarry(toPath(issue!.path), toWords(issue!.message))
  }
  checkKeys(parsed.data, carried)
  return parsed.data
}

/** `messages[2].content[0].type` */
function toPath(path: readonly PropertyKey[]): string {
  const steps = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
  return steps.join('').replace(/^\./, '') || 'body'
}

/** Our own messages continue the sentence that the path begins; zod's are rewritten so that they do. */
function toWords(message: string): string {
  if (/^(must|is) /.test(message)) return message
  const [, expected, received] = /^Invalid input: expected (.+), received (.+)$/.exec(message) ?? []
  if (received === 'undefined') return `is missing: it must be ${expected}.`
  if (expected) return `must be ${expected}, not ${received}.`
  return `is not valid: ${message.replace(/^Invalid (input|option): /, '')}.`
}
