/**
 * A detector from a regular expression. It runs on RE2 (`re2js`), whose time is linear in the length of the text, so no
 * pattern and no text can hang the gateway.
 */
import { RE2JS, RE2JSException } from 're2js'
import type { Detector } from './detector.ts'
import { PatternFault, readPattern } from './read-pattern.ts'

export interface Pattern {
  label: string
  source: string
  /** `i`: upper and lower case are the same. `s`: a dot matches a line end too. */
  flags?: string
  /** For the gateway's own patterns, which are allowed longer matches than those of a config. */
  charsMax?: number
}

/** Throws a `PatternFault`. */
export function createPattern({ label, source, flags = '', charsMax }: Pattern): Detector {
  const facts = readPattern(source, charsMax)
  const whole = compile(source, flags)
  const atEnd = compile(`(?:${facts.beginnings})$`, flags)
  return {
    label,
    find(text, from) {
      const matcher = whole.matcher(text)
      return matcher.find(from) ? { start: matcher.start(), end: matcher.end() } : null
    },
    open(text, from) {
      const tailFrom = Math.max(from, text.length - facts.charsMax)
      const matcher = atEnd.matcher(text.slice(tailFrom))
      return matcher.find() ? tailFrom + matcher.start() : text.length
    },
  }
}

function compile(source: string, flags: string): RE2JS {
  const bits = (flags.includes('i') ? RE2JS.CASE_INSENSITIVE : 0) | (flags.includes('s') ? RE2JS.DOTALL : 0)
  try {
    return RE2JS.compile(RE2JS.translateRegExp(source), bits)
  } catch (cause) {
    if (!(cause instanceof RE2JSException)) throw cause
    throw new PatternFault(`cannot be run by RE2: ${cause.message.slice(0, 200)}`, { cause })
  }
}
