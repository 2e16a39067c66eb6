/**
 * A chat request → `models/{model}:generateContent`. The key (`x-goog-api-key`) is added where it is sent.
 *
 * Schemas go as they are: `parametersJsonSchema` and `responseJsonSchema` take JSON schema, while `parameters` and
 * `responseSchema` want a dialect of OpenAPI, into which JSON schema can be translated only with losses.
 */
import { type ChatRequest, parseChatRequest } from '../chat-request.ts'
import { readConversation } from '../conversation.ts'
import type { RequestContext, UpstreamRequest } from '../dialect.ts'
import { cannotCarry } from '../dialect-error.ts'
import { encodeBody } from '../encode-body.ts'
import { readAnswerForm } from '../json-answer.ts'
import { readReasoning } from '../reasoning-request.ts'
import { readTools } from '../tool-request.ts'
import { joinPath } from '../upstream-url.ts'
import { wantsSignatures } from './gemini-model.ts'
import { toContents } from './to-contents.ts'
import { toThinkingConfig } from './to-thinking-config.ts'
import { toToolMembers } from './to-tools.ts'

const carried = ['n', 'seed', 'presence_penalty', 'frequency_penalty', 'top_k', 'modalities']

export function toRequest(
  chat: Readonly<Record<string, unknown>>,
  { model, stream, baseUrl }: RequestContext,
): UpstreamRequest {
  const request = parseChatRequest(chat, carried)
  const conversation = readConversation(request)
  const { system } = conversation
  const body = encodeBody({
    systemInstruction: system.length > 0 ? { parts: system.map(({ text }) => ({ text })) } : undefined,
    contents: toContents(conversation.turns, wantsSignatures(model)),
    ...toToolMembers(readTools(request)),
    generationConfig: toGenerationConfig(request, model),
  })
  const name = model.replace(/^models\//, '')
  const method = stream ? 'streamGenerateContent' : 'generateContent'
  const path = joinPath(
    // The OpenAI-compatible endpoint lies below the native one.
    baseUrl.replace(/\/openai\/?$/, ''),
    `/models/${encodeURIComponent(name)}:${method}`,
    stream ? { alt: 'sse' } : {},
  )
  return { path, headers: { 'content-type': 'application/json' }, body }
}

function toGenerationConfig(request: ChatRequest, model: string): object {
  const form = readAnswerForm(request)
  return {
    maxOutputTokens: request.max_completion_tokens ?? request.max_tokens ?? undefined,
    temperature: request.temperature ?? undefined,
    topP: request.top_p ?? undefined,
    topK: request.top_k ?? undefined,
    seed: request.seed ?? undefined,
    presencePenalty: request.presence_penalty || undefined,
    frequencyPenalty: request.frequency_penalty || undefined,
    candidateCount: request.n && request.n > 1 ? request.n : undefined,
    responseModalities: toModalities(request),
    stopSequences: request.stop ?? undefined,
    responseMimeType: form.kind === 'text' ? undefined : 'application/json',
    responseJsonSchema: form.kind === 'schema' ? form.schema : undefined,
    thinkingConfig: toThinkingConfig(readReasoning(request), model),
  }
}

/** `["text"]` is what models do that are asked for nothing. */
function toModalities({ modalities }: ChatRequest): string[] | undefined {
  const others = modalities?.filter((each) => each !== 'text' && each !== 'image') ?? []
  if (others.length > 0)
    throw cannotCarry('modalities', 'must be text and image: Gemini is asked for no others.')
  return modalities?.includes('image') ? modalities.map((each) => each.toUpperCase()) : undefined
}
