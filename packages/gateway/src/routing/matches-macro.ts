/**
 * `text.matches('pattern')` in a condition, with RE2 (`re2js`), as CEL defines it. The library's own `matches` uses
 * JavaScript's regular expressions, where `foo.*bar.*baz` takes 13 s for a prompt of 10 KB, and holds up all calls.
 *
 * It is a macro, because a function cannot replace one of the library's. A macro sees the pattern when the config is
 * read: an invalid pattern is a fault of the config, and no caller can supply one.
 */
import { type ASTNode, EvaluationError, ParseError } from '@marcbachmann/cel-js'
import { RE2JS, RE2JSException } from 're2js'

/** A macro is found by its name alone; it is registered for `list`, because there the library has no `matches`. */
export const matchesSignature = 'list.matches(ast): bool'

/** What the library passes to a macro; it exports no types for it. */
interface MacroCall {
  ast: ASTNode
  receiver: ASTNode
  args: readonly ASTNode[]
}
interface Checker {
  check(node: ASTNode, context: unknown): { name: string }
  getType(name: string): unknown
  createError(code: string, message: string, node: ASTNode): Error
}
interface Evaluator {
  run(node: ASTNode, context: unknown): unknown
}

/** Throws a `ParseError` when the pattern is not valid in RE2. */
export function matchesMacro({ ast, receiver, args }: MacroCall) {
  const pattern = compile(args[0])
  return {
    typeCheck(checker: Checker, _macro: unknown, context: unknown) {
      const { name } = checker.check(receiver, context)
      if (name === 'string' || name === 'dyn') return checker.getType('bool')
      throw checker.createError('no_matching_overload', `matches() is for a text, not for a ${name}`, ast)
    },
    evaluate(evaluator: Evaluator, _macro: unknown, context: unknown): boolean {
      const text = evaluator.run(receiver, context)
      if (typeof text === 'string') return pattern.matcher(text).find()
      throw new EvaluationError('matches() is for a text', ast)
    },
  }
}

function compile(node: ASTNode | undefined): RE2JS {
  if (node?.op !== 'value' || typeof node.args !== 'string') {
    throw new ParseError('The pattern of matches() must be a text in quotes', node)
  }
  try {
    return RE2JS.compile(node.args)
  } catch (cause) {
    if (!(cause instanceof RE2JSException)) throw cause
    const reason = cause.message.replace('error parsing regexp: ', '').slice(0, 200)
    throw new ParseError(`The pattern of matches() cannot be run by RE2: ${reason}`, node, cause)
  }
}
