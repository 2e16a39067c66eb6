/**
 * Thinking as Claude sends it, at Anthropic and at Bedrock: blocks of text with a signature, or sealed blocks with data
 * only. They are collected while they stream, because a signature is valid only with the whole text that it signs.
 */
import type { ReasoningDetail } from './dialect.ts'
import { badAnswer } from './dialect-error.ts'
import { count, text } from './read-json.ts'
import { detailsFor, type Format } from './reasoning-details.ts'

export type ReasoningBlock =
  /** `index`: its place in the answer in OpenAI's form, among thinking blocks, the one text and tool calls. */
  | { kind: 'thinking'; index: number; thinking: string; signature: string }
  | { kind: 'sealed'; index: number; data: string }

export interface ReasoningBlocks {
  /** Text that is not blank has come, or a tool call: thinking that comes later has its place after it. */
  passText(): void
  passCall(): void
  add(index: number, part: { thinking?: string; signature?: string; data?: string }): void
  /** The block is complete; null when there is nothing of it to send back. */
  close(index: number): ReasoningDetail | null
}

/** Limit for all thinking of an answer: ten times the longest thinking budget of any model. */
const heldCharsMax = 8 * 1024 * 1024

export function createReasoningBlocks(format: Format): ReasoningBlocks {
  const open = new Map<number, { thinking: string; signature: string; data: string[] }>()
  let heldChars = 0
  let place = 0
  let hasText = false
  return {
    passText() {
      if (!hasText) place++
      hasText = true
    },
    passCall() {
      place++
    },
    add(index, { thinking = '', signature = '', data = '' }) {
      heldChars += thinking.length + signature.length + data.length
      if (heldChars > heldCharsMax)
        throw badAnswer(`The provider sent more than ${heldCharsMax} characters of thinking.`)
      const block = open.get(index) ?? { thinking: '', signature: '', data: [] }
      block.thinking += thinking
      block.signature += signature
      if (data !== '') block.data.push(data)
      open.set(index, block)
    },
    close(index) {
      const block = open.get(index)
      open.delete(index)
      if (!block) return null
      const { thinking, signature } = block
      const data = joinBase64(block.data)
      if (data !== '') return { format, type: 'redacted_thinking', data, index: place++ }
      // Thinking without a signature is only for display: no provider takes it back.
      return signature === '' ? null : { format, type: 'thinking', thinking, signature, index: place++ }
    },
  }
}

/** Reads the details that `close` wrote. */
export function readReasoningBlocks(format: Format, details: readonly unknown[]): ReasoningBlock[] {
  return detailsFor(format, details).flatMap((detail, order): ReasoningBlock[] => {
    const index = count(detail.index) ?? order
    const signature = text(detail.signature)
    const data = text(detail.data)
    if (detail.type === 'thinking' && signature !== '') {
      return [{ kind: 'thinking', index, thinking: text(detail.thinking), signature }]
    }
    return detail.type === 'redacted_thinking' && data !== '' ? [{ kind: 'sealed', index, data }] : []
  })
}

/**
 * Puts each block back in its place among the text and the calls: models check the order of their own thinking. The
 * text has one place, though the caller can send it back in several parts.
 */
export function placeBlocks<Block>(
  texts: readonly Block[],
  calls: readonly Block[],
  blocks: { index: number; block: Block }[],
): Block[] {
  const others = [...(texts.length > 0 ? [texts] : []), ...calls.map((call) => [call])]
  const placed: (readonly Block[])[] = []
  let next = 0
  for (const { index, block } of blocks.toSorted((a, b) => a.index - b.index)) {
    while (placed.length < index && next < others.length) placed.push(others[next++]!)
    placed.push([block])
  }
  return [...placed, ...others.slice(next)].flat()
}

function joinBase64(pieces: readonly string[]): string {
  if (pieces.length < 2) return pieces.join('')
  return Buffer.concat(pieces.map((piece) => Buffer.from(piece, 'base64'))).toString('base64')
}
