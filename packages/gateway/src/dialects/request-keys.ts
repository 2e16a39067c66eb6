/**
 * Which members of a chat request are carried, left out because the answer is the same without them, or refused.
 * Nothing that changes an answer is left out silently.
 */
import { cannotCarry } from './dialect-error.ts'
import { isRecord } from './read-json.ts'

/** All dialects carry these, as far as their providers have them. */
const carriedByAll = [
  'messages',
  'max_tokens',
  'max_completion_tokens',
  'temperature',
  'top_p',
  'stop',
  'reasoning_effort',
  'thinking',
  'response_format',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
]

/**
 * Left out: what the gateway itself reads (`model`, `stream`, …), bookkeeping at OpenAI, hints about caches, speed and
 * price. `seed` is a hint too: OpenAI promises "best effort", and not every provider has one.
 */
const harmless = [
  'model',
  'stream',
  'stream_options',
  'user',
  'safety_identifier',
  'metadata',
  'store',
  'service_tier',
  'prediction',
  'prompt_cache_key',
  'prompt_cache_retention',
  'prompt_cache_options',
  'seed',
]

/** Values that change nothing: clients send them as a matter of course. */
const neutral: Record<string, (value: unknown) => boolean> = {
  n: (value) => value === 1,
  logprobs: (value) => value === false,
  top_logprobs: (value) => value === 0,
  presence_penalty: (value) => value === 0,
  frequency_penalty: (value) => value === 0,
  logit_bias: (value) => isRecord(value) && Object.keys(value).length === 0,
  verbosity: (value) => value === 'medium',
  modalities: (value) => JSON.stringify(value) === '["text"]',
}

/** Throws a `DialectError` for the first member that would be lost. null is the same as left out. */
export function checkKeys(chat: Readonly<Record<string, unknown>>, carried: readonly string[]) {
  for (const [key, value] of Object.entries(chat)) {
    if (value == null || carriedByAll.includes(key) || carried.includes(key) || harmless.includes(key))
      continue
    const isNeutral = Object.hasOwn(neutral, key) && neutral[key]!(value)
    if (!isNeutral) throw cannotCarry(key, "cannot be carried to this model's provider: leave it out.")
  }
}
