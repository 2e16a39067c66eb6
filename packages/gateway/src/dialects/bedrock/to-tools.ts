/**
 * Tools and their choice → `toolConfig`. Converse has no option for "none" or for one call at a time. Claude has, by a
 * `tool_choice` of its own among the additional fields; `toolConfig` must then have no choice.
 *
 * `strict` is left out: Bedrock refuses it for most models, and the schema is shown to them all the same.
 */
import { checkChoice } from '../anthropic/to-tools.ts'
import { isClaude } from '../claude-model.ts'
import { type Conversation, calledTools } from '../conversation.ts'
import { cannotCarry } from '../dialect-error.ts'
import type { FunctionTool, ToolRequest } from '../tool-request.ts'
import { toCachePoint } from './to-cache-point.ts'

interface ToolMembers {
  toolConfig?: { tools: object[]; toolChoice?: object }
  /** Claude's own. */
  toolChoice?: object
}

export function toToolMembers(request: ToolRequest, conversation: Conversation, model: string): ToolMembers {
  const called = calledTools(conversation)
  // Bedrock wants the tools of all calls in the history declared, even where no tool is offered any more.
  if (request.tools.length === 0) return called.length > 0 ? forbid(called.map(toNamedTool), model) : {}
  const tools = request.tools.flatMap(toTool)
  const { choice, isParallel } = request
  checkChoice(choice, model)
  if (choice.kind === 'none') {
    if (called.length === 0) return {}
    if (isClaude(model)) return forbid(tools, model)
    throw cannotCarry('tool_choice', 'cannot be none for this model once tools were called: leave it out.')
  }
  // Where all calls are of one tool, the first is passed on and the others are dropped.
  if (isParallel || (choice.kind === 'one' && !isClaude(model)))
    return { toolConfig: { tools, toolChoice: toChoice(choice) } }
  if (!isClaude(model)) {
    throw cannotCarry(
      'parallel_tool_calls',
      'cannot be turned off for this model: leave it out and take the calls one by one, or name the tool in `tool_choice`.',
    )
  }
  return { toolConfig: { tools }, toolChoice: { ...toClaudeChoice(choice), disable_parallel_tool_use: true } }
}

/** Only Claude can be told not to call. Other models are shown the tools all the same. */
function forbid(tools: object[], model: string): ToolMembers {
  return { toolConfig: { tools }, ...(isClaude(model) && { toolChoice: { type: 'none' } }) }
}

function toTool({ name, description, parameters, cacheControl }: FunctionTool): object[] {
  const toolSpec = { name, ...(description && { description }), inputSchema: { json: parameters } }
  return [{ toolSpec }, ...toCachePoint(cacheControl)]
}

function toNamedTool(name: string): object {
  return { toolSpec: { name, inputSchema: { json: { type: 'object' } } } }
}

type OpenChoice = Exclude<ToolRequest['choice'], { kind: 'none' }>

function toChoice(choice: OpenChoice): object {
  switch (choice.kind) {
    case 'auto':
      return { auto: {} }
    case 'required':
      return { any: {} }
    case 'one':
      return { tool: { name: choice.name } }
  }
}

function toClaudeChoice(choice: OpenChoice): object {
  switch (choice.kind) {
    case 'auto':
      return { type: 'auto' }
    case 'required':
      return { type: 'any' }
    case 'one':
      return { type: 'tool', name: choice.name }
  }
}
