/**
 * The conditions of conditional routing: CEL over what is known of a call before its first attempt. A CEL expression
 * always ends, has no side effects, and is checked when the config is read. Only nested loops over lists can take long.
 */
import { TypeError as CelTypeError, Environment, ParseError } from '@marcbachmann/cel-js'
import { matchesMacro, matchesSignature } from './matches-macro.ts'

/** The variables of a condition. */
export interface CallContext {
  /** The caller's body. */
  request: Record<string, unknown>
  /** The body's member `metadata`; empty when there is none. */
  metadata: Record<string, unknown>
  /** The request's headers, their names in lower case, without credentials. */
  headers: Record<string, string>
  /** What is known of the caller. */
  caller: Record<string, unknown>
}

export type Condition = (context: CallContext) => boolean

const environment = new Environment({ homogeneousAggregateLiterals: false })
for (const variable of ['request', 'metadata', 'headers', 'caller']) {
  environment.registerVariable(variable, 'map')
}
environment.registerFunction(matchesSignature, matchesMacro)
// Numbers in JSON are doubles, those in an expression are integers: `request.max_tokens * 2` should not need a `.0`.
const arithmetic: Record<string, (left: number, right: number) => number> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => left / right,
  '%': (left, right) => left % right,
}
for (const [operator, apply] of Object.entries(arithmetic)) {
  for (const [left, right] of [
    ['double', 'int'],
    ['int', 'double'],
  ]) {
    environment.registerOperator(`${left} ${operator} ${right}: double`, (a: unknown, b: unknown) =>
      apply(Number(a), Number(b)),
    )
  }
}

/** What is wrong with the expression, to follow its name in a sentence; null when nothing is. */
export function expressionFault(text: string): string | null {
  try {
    const { valid, type, error } = environment.parse(text).check()
    if (!valid) return `is not a condition: ${toWords(error)}`
    if (type === 'bool' || type === 'dyn') return null
    return `must be true or false, but its type is ${type}: compare it with a value`
  } catch (error) {
    return `is not a condition: ${toWords(error)}`
  }
}

/** False when it cannot be evaluated: it needs a member that the request lacks, or compares a text with a number. */
export function compileExpression(text: string): Condition {
  const evaluate = environment.parse(text)
  return (context) => {
    try {
      return evaluate(context) === true
    } catch {
      return false
    }
  }
}

function toWords(error: unknown): string {
  if (!(error instanceof ParseError || error instanceof CelTypeError)) return String(error)
  const place = error.range ? ` (at character ${error.range.start + 1})` : ''
  return `${error.summary}${place}. It can use request, metadata, headers and caller`
}
