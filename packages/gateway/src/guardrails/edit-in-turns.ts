/**
 * Guards whole texts without holding up the other calls of the process: after every 16 Ki characters all others have their
 * turn. A text in slices is masked like the whole, as one that streams is.
 */
import { setImmediate } from 'node:timers/promises'
import type { EditText } from './edit-texts.ts'
import type { TextGuard } from './text-guard.ts'

/** Under a millisecond at the 45 ns a character that was measured of patterns, 8 ms at ten times that. */
const turnChars = 16 * 1024

/**
 * What `walk` makes of the texts that it hands over, once they are guarded. It is called twice where there is much to look at:
 * to see the texts, and to put the guarded ones in their place. `onTurn` may throw to give it up.
 */
export async function editInTurns<Value>(
  guard: TextGuard,
  onTurn: () => void,
  walk: (edit: EditText) => Value,
): Promise<Value> {
  const texts = new Set<string>()
  walk(
    toEdit(guard, (text) => {
      texts.add(text)
      return text
    }),
  )
  if (charsOf(texts) <= turnChars) return walk(toEdit(guard, guard.edit))
  const guarded = await guardAll(texts, guard, onTurn)
  return walk(toEdit(guard, (text) => guarded.get(text)!))
}

function toEdit(guard: TextGuard, edit: (text: string) => string): EditText {
  return (text, { isJson }) => (isJson ? guard.editJson(text, edit) : edit(text))
}

function charsOf(texts: ReadonlySet<string>): number {
  let chars = 0
  for (const text of texts) chars += text.length
  return chars
}

async function guardAll(
  texts: ReadonlySet<string>,
  guard: TextGuard,
  onTurn: () => void,
): Promise<Map<string, string>> {
  const guarded = new Map<string, string>()
  let left = turnChars
  for (const text of texts) {
    const scanner = guard.openText()
    let passed = ''
    let from = 0
    for (; text.length - from >= left; left = turnChars) {
      passed += scanner.push(text.slice(from, from + left))
      from += left
      await setImmediate()
      onTurn()
    }
    left -= text.length - from
    guarded.set(text, passed + scanner.end(text.slice(from)))
  }
  return guarded
}
