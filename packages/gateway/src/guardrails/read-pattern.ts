/**
 * From a regular expression to what a guardrail must know about it: how long a match can be, and an expression for all
 * beginnings of a match. Throws a `PatternFault` for expressions that cannot be used while an answer streams, in a
 * sentence that says what to write instead.
 *
 * The beginnings of `ab` are `a` and `ab`; those of `x{2,5}` are up to four `x` and a beginning of `x`. The JavaScript
 * syntax is parsed by `@eslint-community/regexpp`.
 */
import { type AST, RegExpParser, RegExpSyntaxError } from '@eslint-community/regexpp'

export interface PatternFacts {
  charsMax: number
  /** The source of an expression that matches every text, except the empty one, that a match could begin with. */
  beginnings: string
}

/** The message is the rest of a sentence that begins with the config key's path. */
export class PatternFault extends Error {
  override name = 'PatternFault'
}

/** It is also the most that such a guardrail holds back of a stream: some sixty tokens. */
const matchCharsMax = 256

export function readPattern(source: string, charsMax = matchCharsMax): PatternFacts {
  const { alternatives } = parse(source)
  const { min, max } = lengthOfAny(alternatives)
  if (min === 0) throw new PatternFault('matches the empty text, so it would match everywhere')
  if (max > charsMax) {
    throw new PatternFault(`can match ${max} characters; ${charsMax} is the most, so write smaller bounds`)
  }
  return { charsMax: max, beginnings: beginningsOfAny(alternatives) }
}

function parse(source: string): AST.Pattern {
  try {
    return new RegExpParser().parsePattern(source, undefined, undefined, { unicode: true })
  } catch (error) {
    if (!(error instanceof RegExpSyntaxError)) throw error
    throw new PatternFault(`is not a regular expression (at character ${error.index + 1})`)
  }
}

interface Length {
  min: number
  max: number
}

function lengthOfAny(alternatives: readonly AST.Alternative[]): Length {
  const lengths = alternatives.map(({ elements }) =>
    elements.map(lengthOf).reduce((a, b) => ({ min: a.min + b.min, max: a.max + b.max }), { min: 0, max: 0 }),
  )
  return {
    min: Math.min(...lengths.map(({ min }) => min)),
    max: Math.max(...lengths.map(({ max }) => max)),
  }
}

function lengthOf(element: AST.Element): Length {
  switch (element.type) {
    case 'Group':
      if (element.modifiers)
        throw new PatternFault(`holds ${JSON.stringify(element.modifiers.raw)}: use flags`)
      return lengthOfAny(element.alternatives)
    case 'CapturingGroup':
      return lengthOfAny(element.alternatives)
    case 'Quantifier': {
      const { min, max } = lengthOf(element.element)
      if (!Number.isFinite(element.max)) throw new PatternFault(withoutBound(element))
      return { min: min * element.min, max: max * element.max }
    }
    case 'Assertion':
      if (element.kind === 'word') return { min: 0, max: 0 }
      throw new PatternFault(
        `holds ${JSON.stringify(element.raw)}: what stands around a match may not have arrived yet; only \\b and \\B can be used`,
      )
    case 'Backreference':
      throw new PatternFault(`refers back with ${JSON.stringify(element.raw)}, which takes unbounded time`)
    case 'Character':
      return { min: 1, max: element.value > 0xffff ? 2 : 1 }
    default:
      // A set can hold letters beyond 16 bits, which are two characters.
      return { min: 1, max: isWide(element) ? 2 : 1 }
  }
}

function withoutBound({ raw, element, min }: AST.Quantifier): string {
  return `has no bound in ${JSON.stringify(raw)}: a stream would be held back for ever; write ${JSON.stringify(`${element.raw}{${min},64}`)} or the like`
}

function isWide(element: AST.CharacterSet | AST.CharacterClass | AST.ExpressionCharacterClass): boolean {
  if (element.type === 'CharacterSet') {
    return element.kind === 'any' || element.kind === 'property' || element.negate
  }
  if (element.type === 'ExpressionCharacterClass' || element.negate) return true
  return element.elements.some((each) => {
    if (each.type === 'CharacterClassRange') return each.max.value > 0xffff
    if (each.type === 'Character') return each.value > 0xffff
    return each.type !== 'CharacterSet' || isWide(each)
  })
}

/** Empty where no alternative has a beginning. */
function beginningsOfAny(alternatives: readonly AST.Alternative[]): string {
  const all = alternatives.map(({ elements }) => beginningsOfRow(elements)).filter((each) => each !== '')
  return all.length === 0 ? '' : `(?:${all.join('|')})`
}

/** A beginning of the first element, or the whole first element and a beginning of those that follow. */
function beginningsOfRow([first, ...rest]: readonly AST.Element[]): string {
  if (!first) return ''
  const [own, behind] = [beginningsOf(first), beginningsOfRow(rest)]
  // Whether there is a word boundary shows only when the text goes on: until then there could be one.
  const whole = first.type === 'Assertion' ? '' : toPlain(first)
  if (own === '') return behind === '' ? '' : `${whole}${behind}`
  return behind === '' ? own : `(?:${own}|${whole}${behind})`
}

function beginningsOf(element: AST.Element): string {
  switch (element.type) {
    case 'Assertion':
      return ''
    case 'Group':
    case 'CapturingGroup':
      return beginningsOfAny(element.alternatives)
    case 'Quantifier': {
      if (element.max === 0) return ''
      const own = beginningsOf(element.element)
      const before = element.max === 1 ? '' : `${toPlain(element.element)}{0,${element.max - 1}}`
      return own === '' ? '' : `(?:${before}${own})`
    }
    default:
      return element.raw
  }
}

/** The source of an element, without the word boundaries inside it. */
function toPlain(element: AST.Element): string {
  switch (element.type) {
    case 'Assertion':
      return ''
    case 'Group':
    case 'CapturingGroup':
      return `(?:${element.alternatives.map(({ elements }) => elements.map(toPlain).join('')).join('|')})`
    case 'Quantifier': {
      const plain = toPlain(element.element)
      return plain === '' ? '' : `${plain}{${element.min},${element.max}}`
    }
    default:
      return element.raw
  }
}
