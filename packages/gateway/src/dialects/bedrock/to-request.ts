/**
 * A chat request → `/model/{id}/converse` or `/converse-stream`. The signature (`sign-request.ts`), or a Bedrock API
 * key as a bearer token, is added where it is sent.
 */
import { toSampling } from '../anthropic/to-sampling.ts'
import { parseChatRequest } from '../chat-request.ts'
import { isClaude, keepsToSchemas } from '../claude-model.ts'
import { readConversation, type TextPart } from '../conversation.ts'
import type { RequestContext, UpstreamRequest } from '../dialect.ts'
import { encodeBody } from '../encode-body.ts'
import { readAnswerForm, type SchemaForm, tellForm } from '../json-answer.ts'
import { readReasoning } from '../reasoning-request.ts'
import { readTools } from '../tool-request.ts'
import { joinPath } from '../upstream-url.ts'
import { toMessages, toTextBlocks } from './to-messages.ts'
import { toReasoning } from './to-reasoning.ts'
import { toToolMembers } from './to-tools.ts'

export function toRequest(
  chat: Readonly<Record<string, unknown>>,
  { model, stream, baseUrl }: RequestContext,
): UpstreamRequest {
  const request = parseChatRequest(chat, [])
  const conversation = readConversation(request)
  const { form, words } = tellForm(readAnswerForm(request), keepsToSchemas(model))
  const reasoning = toReasoning(
    readReasoning(request),
    model,
    request.max_completion_tokens ?? request.max_tokens,
    conversation.turns,
  )
  const { toolConfig, toolChoice } = toToolMembers(readTools(request), conversation, model)
  const outputConfig = { effort: reasoning.effort, textFormat: form ? toTextFormat(form) : undefined }
  const additional = { ...reasoning.fields, ...(toolChoice && { tool_choice: toolChoice }) }

  const body = encodeBody({
    system: toSystem(conversation.system, words),
    messages: toMessages(conversation.turns),
    inferenceConfig: {
      maxTokens: reasoning.maxTokens,
      ...(isClaude(model)
        ? toSampling(request, model)
        : { temperature: request.temperature ?? undefined, topP: request.top_p ?? undefined }),
      stopSequences: request.stop ?? undefined,
    },
    toolConfig,
    outputConfig: outputConfig.effort || outputConfig.textFormat ? outputConfig : undefined,
    additionalModelRequestFields: Object.keys(additional).length > 0 ? additional : undefined,
  })
  const operation = stream ? 'converse-stream' : 'converse'
  return {
    path: joinPath(baseUrl, `/model/${encodeURIComponent(model)}/${operation}`),
    headers: {
      'content-type': 'application/json',
      accept: stream ? 'application/vnd.amazon.eventstream' : 'application/json',
    },
    body,
  }
}

function toSystem(system: readonly TextPart[], words: string | null): object[] | undefined {
  const blocks = system.flatMap(toTextBlocks)
  if (words !== null) blocks.push({ text: words })
  return blocks.length > 0 ? blocks : undefined
}

/** The schema is sent as text. Where a model other than Claude has no structured output, Bedrock refuses it by name. */
function toTextFormat({ name, description, schema }: SchemaForm): object {
  const jsonSchema = { schema: JSON.stringify(schema), name, ...(description && { description }) }
  return { type: 'json_schema', structure: { jsonSchema } }
}
