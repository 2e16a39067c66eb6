/**
 * The reason of a refusal, by its code or, where providers give none, by its message. Only reasons that decide which
 * targets are still tried are told apart; for all others it is null, and the status decides.
 */
import type { RefusalReason } from '../../errors.ts'

export interface Refused {
  status: number
  /** One code, or several with a space between. */
  code: string | null
  message: string
}

export function readReason({ status, code, message }: Refused): RefusalReason | null {
  if (status === 500) return readServerReason(message)
  // Messages are believed only where the status says that the request was refused: others can quote anything.
  if (status < 400 || status > 500) return null
  const isAbout = (codes: RegExp, words: RegExp) => codes.test(code ?? '') || words.test(message)
  if (status === 429 || status === 413) {
    // OpenAI, Groq: "Request too large for gpt-4o … Limit 30000, Requested 43000".
    if (isAbout(/request_too_large/, /request too large|request_too_large/i)) return 'request_too_large'
    if (isAbout(/insufficient_quota|billing/, /exceeded your current quota|credit balance is too low/i))
      return 'quota'
  }
  if (status === 429) return null
  if (/previous_response_not_found/.test(code ?? '')) return 'other_account'
  if (isAbout(contextCodes, contextWords)) return 'context_length'
  if (inputWords.test(message)) return 'unsupported_input'
  return isAbout(contentCodes, contentWords) ? 'content_policy' : null
}

/**
 * llama.cpp answers 500 to input that its model cannot take. Only the beginning of the message counts: further on the
 * same words can be a quotation.
 */
function readServerReason(message: string): RefusalReason | null {
  if (/^input \(\d+ tokens\) is too large to process/.test(message)) return 'context_length'
  return inputWords.test(message) ? 'unsupported_input' : null
}

/** llama.cpp: "image input is not supported"; vLLM: "tiny is not a multimodal model". */
const inputWords = /^((image|audio|video) input is not supported|\S+ is not a multimodal model)/

const contextCodes = /context_length_exceeded|context_window_exceeded|string_above_max_length/
/**
 * OpenAI, vLLM: "maximum context length is"; vLLM, of `max_tokens`: "greater than max_model_len"; Anthropic: "prompt is
 * too long"; Gemini: "input token count … exceeds".
 */
const contextWords =
  /maximum context length|greater than max_model_len|context (length|window|size)|prompt is too long|input is too long|too many (input )?tokens|token count.{0,200}exceeds/i
const contentCodes = /content_filter|content_policy|responsible_?ai/i
/** Azure: "triggering Azure OpenAI's content management policy"; OpenAI: "rejected … of our safety system". */
const contentWords = /content (management )?policy|safety system|content_filter/i
