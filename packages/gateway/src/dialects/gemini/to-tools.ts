/**
 * Tools and their choice → `tools`, `toolConfig`. Gemini knows no "one at a time". Where the caller names the tool, the first
 * call of the answer is enough; where the model chooses, those left out would be others.
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
    // A strict tool is one whose schema is kept to; Gemini does so for all tools at once.
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
