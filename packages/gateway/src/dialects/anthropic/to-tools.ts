/** Tools and their choice → `tools`, `tool_choice`. */
import { type Conversation, calledTools } from '../conversation.ts'
import { toStrictSchema } from '../strict-schema.ts'
import type { FunctionTool, ToolRequest } from '../tool-request.ts'

interface ToolMembers {
  tools?: object[]
  tool_choice?: object
}

/** `canBeStrict`: whether the model knows `strict`. A schema that it cannot be held to is sent without it. */
export function toToolMembers(
  { tools, choice, isParallel }: ToolRequest,
  conversation: Conversation,
  canBeStrict: boolean,
): ToolMembers {
  if (tools.length === 0) return declareCalled(conversation)
  return {
    tools: tools.map((tool) => toTool(tool, canBeStrict)),
    tool_choice: { ...toChoice(choice), ...(!isParallel && choice.kind !== 'none' && oneAtATime) },
  }
}

const oneAtATime = { disable_parallel_tool_use: true }

/** Anthropic wants the tools of all calls in the history declared, even where no tool is offered any more. */
function declareCalled(conversation: Conversation): ToolMembers {
  const names = calledTools(conversation)
  if (names.length === 0) return {}
  return {
    tools: names.map((name) => ({ name, input_schema: { type: 'object' } })),
    tool_choice: { type: 'none' },
  }
}

function toTool(
  { name, description, parameters, isStrict, cacheControl }: FunctionTool,
  canBeStrict: boolean,
) {
  const strict = isStrict && canBeStrict ? toStrictSchema(parameters) : null
  return {
    name,
    ...(description && { description }),
    input_schema: strict ?? parameters,
    ...(strict && { strict: true }),
    ...(cacheControl && { cache_control: cacheControl }),
  }
}

function toChoice(choice: ToolRequest['choice']): object {
  switch (choice.kind) {
    case 'auto':
      return { type: 'auto' }
    case 'none':
      return { type: 'none' }
    case 'required':
      return { type: 'any' }
    case 'one':
      return { type: 'tool', name: choice.name }
  }
}
