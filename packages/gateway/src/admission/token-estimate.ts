/**
 * How many tokens a call is likely to use, before it is sent: the characters of its prompt / 4, which is OpenAI's own
 * rule of thumb, and the output that it allows. So much is reserved; the provider's own count settles it.
 */
import { isRecord } from '../dialects/read-json.ts'

export interface TokenEstimate {
  inputTokens: number
  outputTokens: number
  /** The caller set `max_tokens`; otherwise `outputTokens` is a guess. */
  isOutputStated: boolean
}

/** For requests that use no tokens. */
export const noTokens: TokenEstimate = { inputTokens: 0, outputTokens: 0, isOutputStated: true }

const charsPerToken = 4
/** For a call that does not limit its output. */
const outputTokensDefault = 1_024
/** No model writes more, so one answer cannot reserve more of a limit that callers share, whatever is asked for. */
const outputTokensMax = 1_000_000
/** Answers to one prompt, at most: OpenAI's own bound. No call reserves more than this many of the longest answers. */
const answersMax = 128
/** What a picture costs, about. Its base64 text says nothing of that. */
const attachmentTokens = 1_000

/** The members of a body that hold the prompt: of chat and messages, completions, embeddings and responses. */
export const promptMembers = ['messages', 'system', 'tools', 'functions', 'prompt', 'input', 'instructions']
export const outputMembers = ['max_completion_tokens', 'max_tokens', 'max_output_tokens']

export function estimateTokens(body: Record<string, unknown>): TokenEstimate {
  const stated = toStated(body)
  return {
    inputTokens: Math.ceil(countChars(promptMembers.map((member) => body[member])) / charsPerToken),
    outputTokens: Math.min(
      Math.min(stated ?? outputTokensDefault, outputTokensMax) * answersOf(body),
      outputTokensMax * answersMax,
    ),
    isOutputStated: stated !== null,
  }
}

/** The largest limit in the body: all are sent on, and the provider decides which one counts. */
function toStated(body: Record<string, unknown>): number | null {
  const counts = outputMembers.map((member) => positive(body[member])).filter((count) => count !== null)
  return counts.length === 0 ? null : Math.max(...counts)
}

/** With `best_of` more answers are written, and paid for, than sent. A list of prompts gets as many for each prompt. */
function answersOf({ n, best_of, prompt }: Record<string, unknown>): number {
  const answers = Math.min(Math.max(positive(n) ?? 1, positive(best_of) ?? 1), answersMax)
  // A list of numbers is one prompt, given as tokens.
  const prompts = Array.isArray(prompt) ? prompt.filter((each) => typeof each !== 'number').length : 1
  return answers * Math.max(prompts, 1)
}

/** Of all texts in it. With a stack of its own: hostile JSON can be nested deeper than the call stack allows. */
function countChars(json: unknown): number {
  const open = [json]
  let chars = 0
  while (open.length > 0) {
    const next = open.pop()
    if (typeof next === 'string') chars += next.length
    // A prompt of embeddings or completions can be given as tokens.
    else if (typeof next === 'number') chars += charsPerToken
    else if (Array.isArray(next)) for (const item of next) open.push(item)
    else if (typeof next === 'object' && next !== null) chars += openMembers(next, open)
  }
  return chars
}

/** Puts members on the stack, except attachments: these are counted here, at their fixed price. */
function openMembers(object: object, open: unknown[]): number {
  let chars = 0
  for (const [name, value] of Object.entries(object)) {
    if (attachments.has(name) || (name === 'source' && isEncoded(value))) {
      chars += attachmentTokens * charsPerToken
    }
    // `role` and `type` are words of the protocol.
    else if (name !== 'role' && name !== 'type') open.push(value)
  }
  return chars
}

/** An image or a document in Anthropic's form, with no other member that could hold text. */
function isEncoded(source: unknown): boolean {
  if (!isRecord(source) || source.type !== 'base64' || typeof source.data !== 'string') return false
  return Object.keys(source).every((name) => name === 'type' || name === 'media_type' || name === 'data')
}

/** Members that hold an attachment, in chat completions and responses. */
const attachments = new Set(['image_url', 'input_audio', 'file', 'file_data'])

function positive(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) && value >= 1 ? Math.ceil(value) : null
}
