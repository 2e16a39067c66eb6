/**
 * A lane's tool calls one by one, from their text on the tape: a name, its arguments as a JSON object, the next name.
 * Text of any other form is kept as it came.
 */

export interface ToolCall {
  name: string
  /** The arguments as they came, JSON that can be broken off; '' where there are none. */
  input: string
}

/** A model in a loop makes thousands of calls; from this one on they are one piece. */
const callsMax = 32

export function toToolCalls(text: string): ToolCall[] {
  const calls: ToolCall[] = []
  let from = 0
  while (text.slice(from).trim() !== '') {
    const brace = text.indexOf('{', from)
    const inputFrom = brace < 0 ? text.length : brace
    const to = calls.length + 1 < callsMax ? endOfObject(text, inputFrom) : text.length
    calls.push({ name: text.slice(from, inputFrom).trim(), input: text.slice(inputFrom, to) })
    from = to
  }
  return calls
}

/** The position behind the brace that closes the one at `from`; the end of the text where none does. */
function endOfObject(text: string, from: number): number {
  let depth = 0
  let isString = false
  for (let index = from; index < text.length; index++) {
    const letter = text[index]
    if (isString && letter === '\\') index++
    else if (letter === '"') isString = !isString
    else if (!isString && letter === '{') depth++
    else if (!isString && letter === '}' && --depth === 0) return index + 1
  }
  return text.length
}
