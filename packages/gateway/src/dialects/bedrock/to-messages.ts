/** Turns → Converse's messages: content blocks; pictures as bytes only; a cache point is a block of its own after what it covers. */
import type { AssistantMessage, ImagePart, TextPart, ToolCall, ToolResult, Turn } from '../conversation.ts'
import { cannotCarry } from '../dialect-error.ts'
import { placeBlocks, type ReasoningBlock, readReasoningBlocks } from '../reasoning-blocks.ts'
import { toCachePoint } from './to-cache-point.ts'

type Block = Record<string, unknown>

export function toMessages(turns: readonly Turn[]): { role: 'user' | 'assistant'; content: Block[] }[] {
  return turns.map((turn) => {
    if (turn.role === 'user') return { role: 'user', content: turn.parts.flatMap(toUserBlocks) }
    return { role: 'assistant', content: turn.messages.flatMap(toAssistantBlocks) }
  })
}

export function toTextBlocks({ text, cacheControl }: TextPart): Block[] {
  return [{ text }, ...toCachePoint(cacheControl)]
}

function toUserBlocks(part: TextPart | ImagePart | ToolResult): Block[] {
  switch (part.kind) {
    case 'text':
      return toTextBlocks(part)
    case 'image':
      return [toImage(part), ...toCachePoint(part.cacheControl)]
    case 'tool-result':
      return [{ toolResult: { toolUseId: toToolUseId(part.callId), content: toResultContent(part) } }]
  }
}

/** Bedrock refuses blank texts; a tool that said nothing says an empty object. */
function toResultContent({ parts }: ToolResult): Block[] {
  const content = parts.flatMap((part) => {
    if (part.kind === 'image') return [toImage(part)]
    return part.text.trim() === '' ? [] : [{ text: part.text }]
  })
  return content.length > 0 ? content : [{ json: {} }]
}

const imageFormats: Record<string, string> = {
  'image/png': 'png',
  'image/jpeg': 'jpeg',
  'image/gif': 'gif',
  'image/webp': 'webp',
}

function toImage({ source, param }: ImagePart): Block {
  if (source.kind === 'url') {
    throw cannotCarry(`${param}.url`, 'must be a data: URL: Bedrock does not fetch pictures.')
  }
  const format = Object.hasOwn(imageFormats, source.mediaType) ? imageFormats[source.mediaType] : undefined
  if (!format) throw cannotCarry(`${param}.url`, 'must be a png, jpeg, gif or webp picture.')
  return { image: { format, source: { bytes: source.base64 } } }
}

function toAssistantBlocks({ texts, calls, reasoningDetails }: AssistantMessage): Block[] {
  const blocks = readReasoningBlocks('bedrock', reasoningDetails)
  return placeBlocks(
    [...texts.flatMap(toTextBlocks), ...calls.map(toToolUse)],
    blocks.map((block) => ({ index: block.index, block: { reasoningContent: toReasoningContent(block) } })),
  )
}

function toReasoningContent(block: ReasoningBlock): Block {
  if (block.kind === 'sealed') return { redactedContent: block.data }
  return { reasoningText: { text: block.thinking, signature: block.signature } }
}

function toToolUse({ id, name, input }: ToolCall): Block {
  return { toolUse: { toolUseId: toToolUseId(id), name, input } }
}

/** At most 64 of these letters; ids of other providers may hold others. */
function toToolUseId(id: string): string {
  return id.replace(/[^\w-]/g, '_').slice(-64)
}
