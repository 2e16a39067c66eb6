/** The body to send, as text. */
import { cannotCarry } from './dialect-error.ts'

/** Members that are `undefined` are left out. */
export function encodeBody(body: Readonly<Record<string, unknown>>): string {
  try {
    return JSON.stringify(body)
  } catch (error) {
    // JSON.parse accepts 100,000 nested `[` in a schema, but JSON.stringify overflows the stack.
    if (error instanceof RangeError) throw cannotCarry('tools', 'is nested too deeply: flatten the schemas.')
    throw error
  }
}
