/**
 * The providers that the gateway knows: their address, their dialect, and how they want their key.
 *
 * Anthropic, Gemini and Bedrock get requests in their own dialects. Their OpenAI-compatible endpoints, which lack some
 * of their features (signed thinking, caches), can be used as `custom` with a `baseUrl`.
 */
export interface Provider {
  dialect: 'openai' | 'anthropic' | 'gemini' | 'bedrock'
  /** Ends before `/chat/completions`, or what its dialect has in its place; null when only the user knows it. */
  baseUrl: string | null
  /** `bearer`: `Authorization: Bearer <key>`. All others: the name of the header that holds the key. */
  auth: 'bearer' | 'api-key' | 'x-api-key' | 'x-goog-api-key'
  /** The variable that holds the key when the config names none; null when no key is needed. */
  keyVariable: string | null
  /**
   * Do streams have `usage` only when the request asks for it in `stream_options`? Mistral's always have it, and a
   * request with `stream_options` is refused with a 422 ("Extra inputs are not permitted").
   */
  isUsageAskedFor: boolean
  /** Its name in the price table, where it has one. */
  pricedAs: string | null
  /** False: at its own address it has no chat completions. */
  hasChat?: boolean
}

export const providers = {
  openai: remote('https://api.openai.com/v1', 'OPENAI_API_KEY', 'openai'),
  groq: remote('https://api.groq.com/openai/v1', 'GROQ_API_KEY', 'groq'),
  mistral: {
    ...remote('https://api.mistral.ai/v1', 'MISTRAL_API_KEY', 'mistral'),
    isUsageAskedFor: false,
  },
  deepseek: remote('https://api.deepseek.com/v1', 'DEEPSEEK_API_KEY', 'deepseek'),
  openrouter: remote('https://openrouter.ai/api/v1', 'OPENROUTER_API_KEY', 'openrouter'),
  together: remote('https://api.together.xyz/v1', 'TOGETHER_API_KEY', 'together'),
  fireworks: remote('https://api.fireworks.ai/inference/v1', 'FIREWORKS_API_KEY', 'fireworks'),
  xai: remote('https://api.x.ai/v1', 'XAI_API_KEY', 'x-ai'),
  cerebras: remote('https://api.cerebras.ai/v1', 'CEREBRAS_API_KEY', 'cerebras'),
  // Its Agent API, which is served as /v1/responses, replaced chat completions in September 2026.
  perplexity: {
    ...remote('https://api.perplexity.ai/v1', 'PERPLEXITY_API_KEY', 'perplexity'),
    hasChat: false,
  },
  gemini: {
    ...remote('https://generativelanguage.googleapis.com/v1beta', 'GEMINI_API_KEY', 'google'),
    dialect: 'gemini',
    auth: 'x-goog-api-key',
  },
  anthropic: {
    ...remote('https://api.anthropic.com/v1', 'ANTHROPIC_API_KEY', 'anthropic'),
    dialect: 'anthropic',
    auth: 'x-api-key',
  },
  // The address depends on the region. Requests are signed with AWS credentials, or carry a Bedrock API key as bearer.
  bedrock: { ...local(null), dialect: 'bedrock', pricedAs: 'aws' },
  // Each customer has an address: https://NAME.openai.azure.com/openai/v1
  azure: { ...remote(null, 'AZURE_OPENAI_API_KEY', 'azure'), auth: 'api-key' },
  ollama: local('http://127.0.0.1:11434/v1'),
  lmstudio: local('http://127.0.0.1:1234/v1'),
  vllm: local('http://127.0.0.1:8001/v1'),
  llamacpp: local('http://127.0.0.1:8080/v1'),
  // Its address is SIMULATOR_URL.
  simulator: local(null),
  custom: local(null),
} as const satisfies Record<string, Provider>

export type ProviderName = keyof typeof providers

/** Ignores case (`openAI` is `openai`); null when the table has no such name. */
export function toProviderName(name: string): ProviderName | null {
  const lower = name.toLowerCase()
  return Object.hasOwn(providers, lower) ? (lower as ProviderName) : null
}

function remote(baseUrl: string | null, keyVariable: string, pricedAs: string): Provider {
  return { dialect: 'openai', baseUrl, auth: 'bearer', keyVariable, isUsageAskedFor: true, pricedAs }
}

/** On this machine, or a server of the user's own: a key is sent if there is one, and no price is known. */
function local(baseUrl: string | null): Provider {
  return {
    dialect: 'openai',
    baseUrl,
    auth: 'bearer',
    keyVariable: null,
    isUsageAskedFor: true,
    pricedAs: null,
  }
}
