/**
 * Tools and their choice → `tools`, `toolConfig`. Gemini has no option for one call at a time. Where the caller names
 * the tool, the first call of the answer is passed on and the others are dropped; where the model chooses, the dropped
 * calls could be of other tools, so the request is refused.
 */
import { cannotCarry } from '../dialect-error.ts'
import type { FunctionTool, ToolRequest } from '../tool-request.ts'

interface ToolMembers {
  tools?: object[]
  toolConfig?: object
}

export function toToolMembers({ tools, choice, isParallel }: ToolRequest): ToolMembers {
  if (tools.length === 0) return {}
  if (!isParallel && (choice.kind === 'auto' || choice.kind === 'required')) {
    throw cannotCarry(
      'parallel_tool_calls',
      'cannot be turned off for Gemini: leave it out and take the calls one by one, or name the tool in `tool_choice`.',
    )
  }
  return {
    tools: [{ functionDeclarations: tools.map(toDeclaration) }],
    toolConfig: { functionCallingConfig: toCallingConfig(choice, tools) },
  }
}

function toDeclaration({ name, description, parameters }: FunctionTool): object {
  return { name, ...(description && { description }), parametersJsonSchema: parameters }
}

function toCallingConfig(choice: ToolRequest['choice'], tools: readonly FunctionTool[]): object {
  switch (choice.kind) {
    // Gemini follows the schemas of all tools or of none: one strict tool is enough for all.
    case 'auto':
      return { mode: tools.some(({ isStrict }) => isStrict) ? 'VALIDATED' : 'AUTO' }
    case 'none':
      return { mode: 'NONE' }
    case 'required':
      return { mode: 'ANY' }
    case 'one':
      return { mode: 'ANY', allowedFunctionNames: [choice.name] }
  }
}
