/**
 * A provider might repeat the key that it was sent, in an error or in a header: the key is replaced before the caller
 * sees it. Answers are left as they are, because there the same letters are a word of the model. JSON can hold a letter
 * as it is or escaped (`\/`, `\u002b`), and a refusal that is quoted in another one is escaped twice: each letter is
 * found in all these forms.
 */
import { asBuffer } from '../as-buffer.ts'

export function withoutSecrets(text: string, secrets: readonly string[]): string {
  const { found, pattern } = searchFor(secrets)
  // Without a backslash nothing is escaped, and a plain search is much faster than the pattern.
  if (text.includes('\\')) return pattern ? text.replaceAll(pattern, '[key]') : text
  return found.reduce((rest, secret) => rest.replaceAll(secret, '[key]'), text)
}

/** Returns the same bytes when there is no secret in them. */
export function withoutSecretsIn(bytes: Uint8Array, secrets: readonly string[]): Uint8Array {
  return hasSecret(bytes, secrets) ? Buffer.from(withoutSecrets(asBuffer(bytes).toString(), secrets)) : bytes
}

/** Runs for each token, so the bytes are decoded only where something in them could be escaped. */
export function hasSecret(bytes: Uint8Array, secrets: readonly string[]): boolean {
  const buffer = asBuffer(bytes)
  const { found, pattern, escapeBegin } = searchFor(secrets)
  if (found.some((secret) => buffer.includes(secret))) return true
  return pattern !== null && buffer.includes(escapeBegin) && buffer.toString().search(pattern) !== -1
}

interface Search {
  /** The secrets to look for, the longest first, so that one that begins with another is replaced as a whole. */
  found: readonly string[]
  /** Finds them in all their forms; null when there are none. */
  pattern: RegExp | null
  /** How each escape begins that one of them can contain. */
  escapeBegin: string
}

/** Made once for each list; a target's list of secrets stays the same object. */
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

/** A shorter secret ("x" for a local server) could be part of any word. */
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

/** Three backslashes: a letter that was escaped with one (`\"`), and then both were escaped again (`\\\"`). */
const slashes = (min: number) => `\\\\{${min},3}`
