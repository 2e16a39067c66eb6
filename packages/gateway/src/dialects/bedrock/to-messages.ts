/**
 * Turns → Converse's messages: content blocks; pictures and documents as bytes only; a cache point is a block of its
 * own after what it covers.
 */
import type {
  AssistantMessage,
  AttachedPart,
  FilePart,
  ImagePart,
  TextPart,
  ToolCall,
  ToolResult,
  Turn,
} from '../conversation.ts'
import { cannotCarry } from '../dialect-error.ts'
import { placeBlocks, type ReasoningBlock, readReasoningBlocks } from '../reasoning-blocks.ts'
import { toToolUseId } from '../to-tool-use-id.ts'
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

function toUserBlocks(part: TextPart | AttachedPart | ToolResult): Block[] {
  switch (part.kind) {
    case 'text':
      return toTextBlocks(part)
    case 'image':
    case 'file':
      return [toAttached(part), ...toCachePoint(part.cacheControl)]
    case 'tool-result':
      return [
        { toolResult: { toolUseId: toToolUseId(part.callId), content: toResultContent(part) } },
        // A result has no place for a cache point inside.
        ...part.parts.flatMap(({ cacheControl }) => toCachePoint(cacheControl)).slice(-1),
      ]
  }
}

/** The result of a tool that returned nothing is an empty object: Bedrock wants a block. */
function toResultContent({ parts }: ToolResult): Block[] {
  const content = parts.map((part) => (part.kind === 'text' ? { text: part.text } : toAttached(part)))
  return content.length > 0 ? content : [{ json: {} }]
}

function toAttached(part: AttachedPart): Block {
  return part.kind === 'image' ? toImage(part) : toDocument(part)
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

/**
 * Each document needs a name of its own. AWS advises neutral names and allows few characters, so it is named after its
 * place.
 */
function toDocument({ source, param }: FilePart): Block {
  const name = `document ${(param.match(/\d+/g) ?? []).join('-')}`
  switch (source.mediaType) {
    case 'application/pdf':
      return { document: { format: 'pdf', name, source: { bytes: source.base64 } } }
    case 'text/plain':
      return { document: { format: 'txt', name, source: { bytes: source.base64 } } }
    case 'audio/wav':
    case 'audio/mp3':
      throw cannotCarry(
        param,
        'cannot be carried: Bedrock takes no sounds. Leave it out, or name another model.',
      )
  }
}

function toAssistantBlocks({ texts, calls, reasoningDetails }: AssistantMessage): Block[] {
  const blocks = readReasoningBlocks('bedrock', reasoningDetails)
  return placeBlocks(
    texts.flatMap(toTextBlocks),
    calls.map(toToolUse),
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
