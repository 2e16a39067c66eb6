/**
 * A provider may repeat the key that it was sent, in an error or in a header: it is struck out before a caller reads it.
 * Only there: in an answer it is a word that the model wrote. JSON may write a letter as it is or escaped (`\/`, `\u002b`),
 * and a refusal that another one quotes is escaped twice: each letter is found in all these forms.
 */
import { asBuffer } from '../as-buffer.ts'

export function withoutSecrets(text: string, secrets: readonly string[]): string {
  const { found, pattern } = searchFor(secrets)
  // Without a backslash nothing is escaped, and letters are found much faster than a pattern.
  if (text.includes('\\')) return pattern ? text.replaceAll(pattern, '[key]') : text
  return found.reduce((rest, secret) => rest.replaceAll(secret, '[key]'), text)
}

/** The same bytes where none is in them. */
export function withoutSecretsIn(bytes: Uint8Array, secrets: readonly string[]): Uint8Array {
  return hasSecret(bytes, secrets) ? Buffer.from(withoutSecrets(asBuffer(bytes).toString(), secrets)) : bytes
}

/** Each token is asked: only what may be escaped has to become a text first. */
export function hasSecret(bytes: Uint8Array, secrets: readonly string[]): boolean {
  const buffer = asBuffer(bytes)
  const { found, pattern, escapeBegin } = searchFor(secrets)
  if (found.some((secret) => buffer.includes(secret))) return true
  return pattern !== null && buffer.includes(escapeBegin) && buffer.toString().search(pattern) !== -1
}

interface Search {
  /** Those that are looked for, the longest first: one that begins like another goes with all its letters. */
  found: readonly string[]
  /** In all their forms; null where there is nothing to find. */
  pattern: RegExp | null
  /** What stands in each escaped form of one of them. */
  escapeBegin: string
}

/** Of a target's secrets, which stay the same list as long as it lives. */
function searchFor(secrets: readonly string[]): Search {
  const known = searches.get(secrets)
  if (known) return known
  const found = secrets.filter(isLong).toSorted((a, b) => b.length - a.length)
  const search = {
    found,
    pattern: found.length === 0 ? null : new RegExp(found.map(toPattern).join('|'), 'g'),
    escapeBegin: found.some((secret) => /["\\/]/.test(secret)) ? '\\' : '\\u',
  }
  searches.set(secrets, search)
  return search
}

const searches = new WeakMap<readonly string[], Search>()

/** A shorter one ("x" for a local server) may be part of any word. */
const isLong = ({ length }: string) => length >= 8

function toPattern(secret: string): string {
  return secret.split('').map(toLetterPattern).join('')
}

function toLetterPattern(letter: string): string {
  const code = letter.charCodeAt(0).toString(16).padStart(4, '0')
  const written = code.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`)
  const mayHaveSlash = '"\\/'.includes(letter)
  return `(?:${mayHaveSlash ? slashes(0) : ''}\\u${code}|${slashes(1)}u${written})`
}

/** Three are an escaped slash that was escaped itself. */
const slashes = (min: number) => `\\\\{${min},3}`
