/**
 * How many tokens a call may cost, before it has cost any: the characters of its prompt / 4, as OpenAI's own rule of
 * thumb has it, and what it lets the model write. It is a reservation; the provider's own count settles it.
 */
import { isRecord } from '../dialects/read-json.ts'

export interface TokenEstimate {
  inputTokens: number
  outputTokens: number
  /** The caller set `max_tokens`; otherwise `outputTokens` is a guess. */
  isOutputStated: boolean
}

/** Of what uses none. */
export const noTokens: TokenEstimate = { inputTokens: 0, outputTokens: 0, isOutputStated: true }

const charsPerToken = 4
/** For a call that does not say how much it wants. */
const outputTokensDefault = 1_024
/** No model writes more, whatever is asked of it: a caller cannot hold back more than this of what others share. */
const outputTokensMax = 1_000_000
/** Answers to one prompt: OpenAI's own bound. So many of the longest are the most that any call holds back. */
const answersMax = 128
/** An image or a sound is not its base64 text: about what a picture costs. */
const attachmentTokens = 1_000

/** Where the endpoints' bodies hold what is read: chat and messages, completions, embeddings and responses. */
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

/** The largest of them: all go up, and which one counts is the provider's to say. */
function toStated(body: Record<string, unknown>): number | null {
  const counts = outputMembers.map((member) => positive(body[member])).filter((count) => count !== null)
  return counts.length === 0 ? null : Math.max(...counts)
}

/** With `best_of` more are written than sent, and paid for; a list of prompts has so many for each. */
function answersOf({ n, best_of, prompt }: Record<string, unknown>): number {
  const answers = Math.min(Math.max(positive(n) ?? 1, positive(best_of) ?? 1), answersMax)
  // Numbers are the tokens of one prompt.
  const prompts = Array.isArray(prompt) ? prompt.filter((each) => typeof each !== 'number').length : 1
  return answers * Math.max(prompts, 1)
}

/** Of all texts in it. With a stack of its own: hostile JSON may be nested deeper than ours. */
function countChars(json: unknown): number {
  const open = [json]
  let chars = 0
  while (open.length > 0) {
    const next = open.pop()
    if (typeof next === 'string') chars += next.length
    // A prompt of embeddings or completions may come as tokens.
    else if (typeof next === 'number') chars += charsPerToken
    else if (Array.isArray(next)) for (const item of next) open.push(item)
    else if (typeof next === 'object' && next !== null) chars += openMembers(next, open)
  }
  return chars
}

/** What is no attachment goes on the stack; the rest is charged here. */
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

/** An image or a document in Anthropic's form, and nothing beside it that could be read. */
function isEncoded(source: unknown): boolean {
  if (!isRecord(source) || source.type !== 'base64' || typeof source.data !== 'string') return false
  return Object.keys(source).every((name) => name === 'type' || name === 'media_type' || name === 'data')
}

/** In chat completions and responses. */
const attachments = new Set(['image_url', 'input_audio', 'file', 'file_data'])

function positive(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) && value >= 1 ? Math.ceil(value) : null
}
