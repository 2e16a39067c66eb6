/** A chat request → `POST /messages`. The key (`x-api-key`) is added where it is sent. */
import { parseChatRequest } from '../chat-request.ts'
import { keepsToSchemas, takesInstructionsBetween } from '../claude-model.ts'
import { readConversation } from '../conversation.ts'
import type { RequestContext, UpstreamRequest } from '../dialect.ts'
import { encodeBody } from '../encode-body.ts'
import { readAnswerForm, tellForm } from '../json-answer.ts'
import { withThoughtsLost } from '../lost-thoughts.ts'
import { readReasoning } from '../reasoning-request.ts'
import { readTools } from '../tool-request.ts'
import { joinPath } from '../upstream-url.ts'
import { toMessages, toTextBlock } from './to-messages.ts'
import { toSampling } from './to-sampling.ts'
import { maxTokensFor, toThinking } from './to-thinking.ts'
import { toToolMembers } from './to-tools.ts'

export function toRequest(
  chat: Readonly<Record<string, unknown>>,
  { model, stream, baseUrl }: RequestContext,
): UpstreamRequest {
  const request = parseChatRequest(chat, ['top_k'])
  const conversation = readConversation(request, takesInstructionsBetween(model))
  const { form, words } = tellForm(readAnswerForm(request), keepsToSchemas(model))
  const reasoning = withThoughtsLost(readReasoning(request), model, 'anthropic', conversation.turns)
  const maxTokens = request.max_completion_tokens ?? request.max_tokens ?? maxTokensFor(reasoning, model)
  const { thinking, effort } = toThinking(reasoning, model, maxTokens)
  const { temperature, topP, topK } = toSampling(request, model)

  const system = conversation.system.map(toTextBlock)
  if (words !== null) system.push({ type: 'text', text: words })
  const format = form ? { type: 'json_schema', schema: form.schema } : undefined

  const body = encodeBody({
    model,
    max_tokens: maxTokens,
    system: system.length > 0 ? system : undefined,
    messages: toMessages(conversation.turns),
    stream: stream || undefined,
    temperature,
    top_p: topP,
    top_k: topK,
    stop_sequences: request.stop ?? undefined,
    ...toToolMembers(readTools(request), conversation, model),
    thinking,
    output_config: effort || format ? { effort, format } : undefined,
  })
  const headers = { 'content-type': 'application/json', 'anthropic-version': '2023-06-01' }
  return { path: joinPath(baseUrl, '/messages'), headers, body }
}
