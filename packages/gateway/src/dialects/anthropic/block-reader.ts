/** Content blocks, whole or in deltas → text, thinking and tool calls. A whole block opens and closes at once. */
import type { ChunkWriter } from '../chunk-writer.ts'
import { isRecord, text } from '../read-json.ts'
import { createReasoningBlocks } from '../reasoning-blocks.ts'

export interface BlockReader {
  open(index: number, block: Record<string, unknown>): void
  add(index: number, delta: Record<string, unknown>): void
  close(index: number): void
}

interface OpenCall {
  /** Its index among the answer's tool calls. */
  place: number
  /** The arguments that came with the block's start: all in a whole answer, {} in a stream. */
  input: unknown
  hasArguments: boolean
}

export function createBlockReader(writer: ChunkWriter): BlockReader {
  const reasoning = createReasoningBlocks('anthropic')
  const calls = new Map<number, OpenCall>()

  const addText = (said: string) => {
    // A blank text is not sent back, so it takes no place among the thinking.
    if (said.trim() !== '') reasoning.passText()
    writer.text(said)
  }
  const addThinking = (index: number, part: { thinking?: string; signature?: string; data?: string }) => {
    writer.reasoning(part.thinking ?? '')
    reasoning.add(index, part)
  }

  return {
    open(index, block) {
      switch (block.type) {
        case 'text':
          return addText(text(block.text))
        case 'thinking':
          return addThinking(index, { thinking: text(block.thinking), signature: text(block.signature) })
        case 'redacted_thinking':
          return addThinking(index, { data: text(block.data) })
        case 'tool_use': {
          reasoning.passCall()
          const place = writer.toolCall({ id: text(block.id), name: text(block.name) })
          calls.set(index, { place, input: block.input, hasArguments: false })
          return
        }
        // Blocks of tools that run at Anthropic, which are never asked for, and unknown ones.
        default:
          return
      }
    },
    add(index, delta) {
      switch (delta.type) {
        case 'text_delta':
          return addText(text(delta.text))
        case 'thinking_delta':
          return addThinking(index, { thinking: text(delta.thinking) })
        case 'signature_delta':
          return addThinking(index, { signature: text(delta.signature) })
        case 'input_json_delta': {
          const call = calls.get(index)
          const fragment = text(delta.partial_json)
          if (!call || fragment === '') return
          call.hasArguments = true
          return writer.toolArguments(call.place, fragment)
        }
        default:
          return
      }
    },
    close(index) {
      const detail = reasoning.close(index)
      if (detail) writer.detail(detail)
      const call = calls.get(index)
      calls.delete(index)
      // A tool without parameters gets no delta at all; OpenAI's clients parse the arguments all the same.
      if (call && !call.hasArguments) {
        writer.toolArguments(call.place, JSON.stringify(isRecord(call.input) ? call.input : {}))
      }
    },
  }
}
