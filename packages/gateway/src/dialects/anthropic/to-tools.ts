/** Tools and their choice → `tools`, `tool_choice`. */
import { keepsToSchemas, refusesForcedCalls } from '../claude-model.ts'
import { type Conversation, calledTools } from '../conversation.ts'
import { cannotCarry } from '../dialect-error.ts'
import { toStrictSchema } from '../strict-schema.ts'
import type { FunctionTool, ToolRequest } from '../tool-request.ts'

interface ToolMembers {
  tools?: object[]
  tool_choice?: object
}

export function toToolMembers(
  { tools, choice, isParallel }: ToolRequest,
  conversation: Conversation,
  model: string,
): ToolMembers {
  if (tools.length === 0) return declareCalled(conversation)
  checkChoice(choice, model)
  return {
    tools: tools.map((tool) => toTool(tool, keepsToSchemas(model))),
    tool_choice: { ...toChoice(choice), ...(!isParallel && choice.kind !== 'none' && oneAtATime) },
  }
}

/** Shared with Claude at Bedrock. */
export function checkChoice({ kind }: ToolRequest['choice'], model: string) {
  if ((kind === 'required' || kind === 'one') && refusesForcedCalls(model)) {
    throw cannotCarry(
      'tool_choice',
      'cannot be forced for this model: let it choose, use `response_format`, or name another model.',
    )
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

/** `canBeStrict`: whether the model knows `strict`. A schema that it cannot be held to is sent without it. */
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
