/** Content blocks, whole or in deltas → text, thinking and tool calls. A whole block is its own start and delta. */
import type { ChunkWriter } from '../chunk-writer.ts'
import { isRecord, record, text } from '../read-json.ts'
import { createReasoningBlocks } from '../reasoning-blocks.ts'

export interface BlockReader {
  /** `contentBlockStart`, or a whole block. */
  open(index: number, start: Record<string, unknown>): void
  /** `contentBlockDelta`, or a whole block. */
  add(index: number, delta: Record<string, unknown>): void
  close(index: number): void
}

export function createBlockReader(writer: ChunkWriter): BlockReader {
  const reasoning = createReasoningBlocks('bedrock')
  const calls = new Map<number, { place: number; hasArguments: boolean }>()

  const addReasoning = (index: number, content: Record<string, unknown>) => {
    // Whole: {reasoningText: {text, signature}}; a delta: {text} or {signature}.
    const part = isRecord(content.reasoningText) ? content.reasoningText : content
    const thinking = text(part.text)
    writer.reasoning(thinking)
    reasoning.add(index, { thinking, signature: text(part.signature), data: text(content.redactedContent) })
  }
  const addInput = (index: number, input: unknown) => {
    const call = calls.get(index)
    const fragment = isRecord(input) ? JSON.stringify(input) : text(input)
    if (!call || fragment === '') return
    call.hasArguments = true
    writer.toolArguments(call.place, fragment)
  }

  return {
    open(index, { toolUse }) {
      if (!isRecord(toolUse)) return
      reasoning.passCall()
      const place = writer.toolCall({ id: text(toolUse.toolUseId), name: text(toolUse.name) })
      calls.set(index, { place, hasArguments: false })
    },
    add(index, delta) {
      const said = text(delta.text)
      // A blank text is not sent back, so it takes no place among the thinking.
      if (said.trim() !== '') reasoning.passText()
      writer.text(said)
      if (isRecord(delta.reasoningContent)) addReasoning(index, delta.reasoningContent)
      addInput(index, record(delta.toolUse).input)
    },
    close(index) {
      const detail = reasoning.close(index)
      if (detail) writer.detail(detail)
      const call = calls.get(index)
      calls.delete(index)
      // A tool without parameters gets no delta at all; OpenAI's clients parse the arguments all the same.
      if (call && !call.hasArguments) writer.toolArguments(call.place, '{}')
    },
  }
}
