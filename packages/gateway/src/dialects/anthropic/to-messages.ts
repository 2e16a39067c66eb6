/** Turns → Anthropic's messages: content blocks, in the order in which the caller sent them. */
import type {
  AssistantMessage,
  AttachedPart,
  FilePart,
  TextPart,
  ToolCall,
  ToolResult,
  Turn,
} from '../conversation.ts'
import { cannotCarry } from '../dialect-error.ts'
import { placeBlocks, type ReasoningBlock, readReasoningBlocks } from '../reasoning-blocks.ts'
import { toToolUseId } from '../to-tool-use-id.ts'

type Block = Record<string, unknown> & { type: string }

interface SentMessage {
  role: Turn['role'] | 'system'
  content: Block[]
}

export function toMessages(turns: readonly Turn[]): SentMessage[] {
  return turns.flatMap((turn): SentMessage[] => {
    if (turn.role === 'assistant') {
      return [{ role: 'assistant', content: turn.messages.flatMap(toAssistantBlocks) }]
    }
    const said: SentMessage = { role: 'user', content: turn.parts.map(toUserBlock) }
    if (turn.instructions.length === 0) return [said]
    return [said, { role: 'system', content: turn.instructions.map(toTextBlock) }]
  })
}

export function toTextBlock({ text, cacheControl }: TextPart): Block {
  return { type: 'text', text, ...(cacheControl && { cache_control: cacheControl }) }
}

function toUserBlock(part: TextPart | AttachedPart | ToolResult): Block {
  if (part.kind !== 'tool-result') return toPartBlock(part)
  return { type: 'tool_result', tool_use_id: toToolUseId(part.callId), content: part.parts.map(toPartBlock) }
}

function toPartBlock(part: TextPart | AttachedPart): Block {
  if (part.kind === 'text') return toTextBlock(part)
  if (part.kind === 'file') return toDocument(part)
  const { source, cacheControl } = part
  const from =
    source.kind === 'url'
      ? { type: 'url', url: source.url }
      : { type: 'base64', media_type: source.mediaType, data: source.base64 }
  return { type: 'image', source: from, ...(cacheControl && { cache_control: cacheControl }) }
}

function toDocument({ source, name, cacheControl, param }: FilePart): Block {
  return {
    type: 'document',
    source: toDocumentSource(source, param),
    ...(name && { title: name.slice(0, titleCharsMax) }),
    ...(cacheControl && { cache_control: cacheControl }),
  }
}

const titleCharsMax = 500

function toDocumentSource({ mediaType, base64 }: FilePart['source'], param: string): object {
  switch (mediaType) {
    case 'application/pdf':
      return { type: 'base64', media_type: mediaType, data: base64 }
    case 'text/plain':
      return { type: 'text', media_type: mediaType, data: Buffer.from(base64, 'base64').toString() }
    case 'audio/wav':
    case 'audio/mp3':
      throw cannotCarry(
        param,
        'cannot be carried: Claude takes no sounds. Leave it out, or name another model.',
      )
  }
}

function toAssistantBlocks({ texts, calls, reasoningDetails }: AssistantMessage): Block[] {
  const blocks = readReasoningBlocks('anthropic', reasoningDetails)
  return placeBlocks(
    texts.map(toTextBlock),
    calls.map(toToolUse),
    blocks.map((block) => ({ index: block.index, block: toThinkingBlock(block) })),
  )
}

function toThinkingBlock(block: ReasoningBlock): Block {
  if (block.kind === 'sealed') return { type: 'redacted_thinking', data: block.data }
  return { type: 'thinking', thinking: block.thinking, signature: block.signature }
}

function toToolUse({ id, name, input }: ToolCall): Block {
  return { type: 'tool_use', id: toToolUseId(id), name, input }
}
