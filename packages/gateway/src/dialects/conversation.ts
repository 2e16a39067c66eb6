/**
 * The messages in the form that the three dialects share: instructions by themselves, and turns that alternate.
 *
 * OpenAI has a message for each tool result, and system messages anywhere. The other dialects want all results of an
 * assistant's turn in the one user turn that follows, and instructions outside the turns: system and developer messages
 * are moved there, in their order, or stay where the model takes them between turns.
 */

import { countValues, valuesMax } from '../json-structure.ts'
import type { ChatRequest, Message } from './chat-request.ts'
import { cannotCarry } from './dialect-error.ts'
import { type FileSource, readAudioSource, readFileSource } from './file-source.ts'
import { type ImageSource, readImageSource } from './image-source.ts'
import { isRecord, parseJson } from './read-json.ts'
import type { CacheControl } from './tool-request.ts'

export interface Conversation {
  system: TextPart[]
  turns: Turn[]
}

export type Turn = UserTurn | { role: 'assistant'; messages: AssistantMessage[] }
export interface UserTurn {
  role: 'user'
  parts: (TextPart | AttachedPart | ToolResult)[]
  /** Given with this turn, they hold from here on. */
  instructions: TextPart[]
}

export interface TextPart {
  kind: 'text'
  text: string
  cacheControl: CacheControl | null
}

export type AttachedPart = ImagePart | FilePart

export interface ImagePart {
  kind: 'image'
  source: ImageSource
  cacheControl: CacheControl | null
  /** Its place in the request, for an error message. */
  param: string
}

/** A document or a sound. */
export interface FilePart {
  kind: 'file'
  source: FileSource
  /** The file name that the caller gave. */
  name: string | null
  cacheControl: CacheControl | null
  /** Its place in the request, for an error message. */
  param: string
}

export interface ToolResult {
  kind: 'tool-result'
  callId: string
  name: string
  parts: (TextPart | AttachedPart)[]
}

export interface AssistantMessage {
  texts: TextPart[]
  calls: ToolCall[]
  /** As the caller sent them back; they can be of any provider. */
  reasoningDetails: readonly unknown[]
}

export interface ToolCall {
  id: string
  name: string
  input: Record<string, unknown>
}

/**
 * `isInPlace`: instructions that come after the first turn stay with the user's turn before or behind them. Throws a
 * `DialectError` that names the message.
 */
export function readConversation({ messages }: ChatRequest, isInPlace = false): Conversation {
  const conversation: Conversation = { system: [], turns: [] }
  const called: Called = { toolNames: new Map(), values: 0 }
  for (const [index, message] of messages.entries()) {
    const param = `messages[${index}]`
    switch (message.role) {
      case 'system':
      case 'developer':
        addInstructions(conversation, toTexts(message.content), isInPlace)
        break
      case 'user':
        userTurn(conversation).parts.push(...notEmpty(toParts(message.content, param), `${param}.content`))
        break
      case 'tool':
        userTurn(conversation).parts.push(toToolResult(message, called, param))
        break
      case 'assistant':
        addAssistant(conversation, message, called, param)
        break
    }
  }
  for (const turn of conversation.turns) if (turn.role === 'user') orderParts(turn)
  if (conversation.turns.length === 0)
    throw cannotCarry('messages', 'holds instructions only: add a user message.')
  return conversation
}

/** Names of the tools that were called in the conversation so far. */
export function calledTools({ turns }: Conversation): string[] {
  const calls = turns
    .flatMap((turn) => (turn.role === 'assistant' ? turn.messages : []))
    .flatMap(({ calls }) => calls)
  return [...new Set(calls.map(({ name }) => name))]
}

/** The tool calls so far. */
interface Called {
  /** Name of the tool by the id of the call. */
  toolNames: Map<string, string>
  /** How many values the arguments of all of them hold. */
  values: number
}

type Of<Role extends Message['role']> = Extract<Message, { role: Role }>

function userTurn({ turns }: Conversation): UserTurn {
  const last = turns.at(-1)
  if (last?.role === 'user') return last
  const turn: UserTurn = { role: 'user', parts: [], instructions: [] }
  turns.push(turn)
  return turn
}

function addInstructions(conversation: Conversation, texts: readonly TextPart[], isInPlace: boolean) {
  const isBetween = isInPlace && conversation.turns.length > 0 && texts.length > 0
  const home = isBetween ? userTurn(conversation).instructions : conversation.system
  home.push(...texts)
}

/**
 * Claude refuses a turn in which anything stands before the results, as it does when the user spoke before they came,
 * and instructions with no word of the user before them: these become the user's.
 */
function orderParts({ parts, instructions }: UserTurn) {
  const order = ({ kind }: UserTurn['parts'][number]) => (kind === 'tool-result' ? 0 : 1)
  parts.sort((a, b) => order(a) - order(b))
  if (parts.length === 0) parts.push(...instructions.splice(0))
}

function addAssistant({ turns }: Conversation, message: Of<'assistant'>, called: Called, param: string) {
  const calls = (message.tool_calls ?? []).map(({ id, function: call }, index): ToolCall => {
    called.toolNames.set(id, call.name)
    const input = toInput(called, call.arguments, `${param}.tool_calls[${index}].function.arguments`)
    return { id, name: call.name, input }
  })
  const refusal = message.refusal ? [{ type: 'text' as const, text: message.refusal }] : []
  const texts = toTexts([...message.content, ...refusal])
  const reasoningDetails = message.reasoning_details ?? []
  if (texts.length + calls.length === 0) return
  const last = turns.at(-1)
  if (last?.role === 'assistant') last.messages.push({ texts, calls, reasoningDetails })
  else turns.push({ role: 'assistant', messages: [{ texts, calls, reasoningDetails }] })
}

function toToolResult(message: Of<'tool'>, { toolNames }: Called, param: string): ToolResult {
  const name = toolNames.get(message.tool_call_id)
  if (name === undefined) {
    throw cannotCarry(`${param}.tool_call_id`, 'names no tool call of an assistant message before it.')
  }
  return { kind: 'tool-result', callId: message.tool_call_id, name, parts: toParts(message.content, param) }
}

function toInput(called: Called, source: string, param: string): Record<string, unknown> {
  called.values += countValues(Buffer.from(source))
  if (called.values > valuesMax)
    throw cannotCarry(
      param,
      `makes more than ${valuesMax} values in the arguments of tool calls, which would hold up all other calls.`,
    )
  const input = source.trim() === '' ? {} : parseJson(source)
  if (!isRecord(input)) throw cannotCarry(param, 'must be the JSON text of an object.')
  return input
}

function toParts(content: Of<'user'>['content'], param: string): (TextPart | AttachedPart)[] {
  return content.flatMap((part, index): (TextPart | AttachedPart)[] => {
    if (part.type === 'text') return toTexts([part])
    return [toAttached(part, `${param}.content[${index}].${part.type}`)]
  })
}

type SentPart = Of<'user'>['content'][number]

function toAttached(part: Exclude<SentPart, { type: 'text' }>, param: string): AttachedPart {
  const cacheControl = part.cache_control ?? null
  switch (part.type) {
    case 'image_url':
      return {
        kind: 'image',
        source: readImageSource(part.image_url.url, `${param}.url`),
        cacheControl,
        param,
      }
    case 'file': {
      const name = part.file.filename || null
      return { kind: 'file', source: readFileSource(part.file, param), name, cacheControl, param }
    }
    case 'input_audio':
      return { kind: 'file', source: readAudioSource(part.input_audio), name: null, cacheControl, param }
  }
}

type AnyTextPart = Of<'assistant'>['content'][number] | { type: 'text'; text: string }

/** Without blank ones, which providers refuse: models do say "\n" before a tool call, and tools print nothing else. */
function toTexts(content: readonly AnyTextPart[]): TextPart[] {
  return content
    .map((part): TextPart => {
      if (part.type === 'refusal') return { kind: 'text', text: part.refusal, cacheControl: null }
      const cacheControl = 'cache_control' in part ? (part.cache_control ?? null) : null
      return { kind: 'text', text: part.text, cacheControl }
    })
    .filter(({ text }) => text.trim() !== '')
}

function notEmpty<Part>(parts: Part[], param: string): Part[] {
  if (parts.length === 0) throw cannotCarry(param, 'is empty: say something, or leave the message out.')
  return parts
}
