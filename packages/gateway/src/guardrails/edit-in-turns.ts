/** Guards all texts of a whole body, event or set of arguments, in turns (`turns.ts`) where they are long. */
import { countValues, valuesMax } from '../json-structure.ts'
import type { EditText } from './edit-texts.ts'
import type { TextGuard } from './text-guard.ts'
import type { Turns } from './turns.ts'

/**
 * Gives what `walk` makes with the guarded texts. `walk` is called twice: first to collect the texts, each of which is
 * checked once, however often it occurs, then to replace them by the guarded ones.
 */
export async function editInTurns<Value>(
  guard: TextGuard,
  turns: Turns,
  walk: (edit: EditText) => Value,
): Promise<Value> {
  const texts = new Set<string>()
  walk(
    toEdit(guard, (text) => {
      texts.add(text)
      return text
    }),
  )
  const isShort = turns.take(charsOf(texts))
  const guarded = new Map<string, string>()
  for (const text of texts) guarded.set(text, isShort ? guard.edit(text) : await editLong(guard, turns, text))
  return walk(toEdit(guard, (text) => guarded.get(text)!))
}

async function editLong(guard: TextGuard, turns: Turns, text: string): Promise<string> {
  const scanner = guard.openText()
  return (await turns.push(scanner, text)) + scanner.end()
}

function toEdit(guard: TextGuard, edit: (text: string) => string): EditText {
  let values = 0
  return (text, { isJson }) => {
    if (!isJson) return edit(text)
    // JSON inside a text is not in the count that was made before its body was parsed.
    values += countValues(Buffer.from(text))
    if (values > valuesMax) throw guard.tooManyValues()
    return guard.editJson(text, edit)
  }
}

function charsOf(texts: ReadonlySet<string>): number {
  let chars = 0
  for (const text of texts) chars += text.length
  return chars
}
