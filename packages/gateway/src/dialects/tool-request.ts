/** The tools that the model may call, and whether it must: `tools`, `tool_choice`, `parallel_tool_calls`. */
import type { ChatRequest } from './chat-request.ts'
import { cannotCarry } from './dialect-error.ts'

export interface FunctionTool {
  name: string
  description: string | null
  /** JSON schema of an object. */
  parameters: Record<string, unknown>
  isStrict: boolean
  cacheControl: CacheControl | null
}

export type CacheControl = Record<string, unknown> & { ttl?: string | undefined }

export type ToolChoice =
  | { kind: 'auto' }
  | { kind: 'none' }
  /** At least one call, of any tool. */
  | { kind: 'required' }
  | { kind: 'one'; name: string }

export interface ToolRequest {
  tools: FunctionTool[]
  choice: ToolChoice
  /** False: at most one call in an answer. */
  isParallel: boolean
}

export function readTools(chat: ChatRequest): ToolRequest {
  const tools = (chat.tools ?? []).map(toFunctionTool)
  const isParallel = chat.parallel_tool_calls !== false
  const choice = chat.tool_choice ?? 'auto'
  if (typeof choice === 'string') {
    checkIsAny(choice, tools)
    return { tools, choice: withName({ kind: choice }, tools, isParallel), isParallel }
  }
  if (choice.type === 'function') {
    const { name } = choice.function
    checkIsThere(tools, name)
    return { tools, choice: { kind: 'one', name }, isParallel }
  }
  // Tools that are not allowed are not shown to the model.
  const { mode, tools: allowed } = choice.allowed_tools
  const names = allowed.map((tool) => tool.function.name)
  for (const name of names) checkIsThere(tools, name)
  const shown = tools.filter(({ name }) => names.includes(name))
  checkIsAny(mode, shown)
  return { tools: shown, choice: withName({ kind: mode }, shown, isParallel), isParallel }
}

/** `required` with one tool means that tool. Naming it serves providers without an option for one call at a time. */
function withName(choice: ToolChoice, tools: readonly FunctionTool[], isParallel: boolean): ToolChoice {
  const [only, ...others] = tools
  const isNamed = !isParallel && choice.kind === 'required' && only && others.length === 0
  return isNamed ? { kind: 'one', name: only.name } : choice
}

function toFunctionTool({
  function: { name, description, parameters, strict },
  cache_control,
}: NonNullable<ChatRequest['tools']>[number]): FunctionTool {
  return {
    name,
    description: description || null,
    parameters: toObjectSchema(parameters),
    isStrict: strict === true,
    cacheControl: cache_control ?? null,
  }
}

/** A tool without parameters gets an empty object. Anthropic refuses a schema that does not say `type: object`. */
function toObjectSchema(parameters: Record<string, unknown> | null | undefined): Record<string, unknown> {
  return parameters?.type == null ? { properties: {}, ...parameters, type: 'object' } : parameters
}

function checkIsAny(kind: 'auto' | 'none' | 'required', tools: readonly FunctionTool[]) {
  if (kind === 'required' && tools.length === 0)
    throw cannotCarry('tool_choice', 'is required, but there are no `tools`.')
}

function checkIsThere(tools: readonly FunctionTool[], wanted: string) {
  if (tools.some(({ name }) => name === wanted)) return
  throw cannotCarry('tool_choice', `names \`${wanted.slice(0, 100)}\`, which is not among \`tools\`.`)
}
