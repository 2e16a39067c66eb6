/**
 * What is wrong with a gateway.yaml, in sentences that name the YAML path and its line:
 * `llm.models[1].provider (line 7): unknown provider "grok"; did you mean "groq"?`
 */
import { nearest } from '@drag-race/contracts'
import { type Document, isMap, isNode, isScalar, type LineCounter } from 'yaml'
import type { z } from 'zod'
import { providers } from '../upstream/providers.ts'
import { GatewayFile, unknownProvider } from './schema.ts'

type Path = readonly PropertyKey[]

export interface YamlPlaces {
  document: Document
  lines: LineCounter
}

export interface Fault {
  path: Path
  sentence: string
}

/** From the issues of a parse with `reportInput: true`. */
export function toFaults(issues: readonly z.core.$ZodIssue[]): Fault[] {
  return issues.flatMap((issue, index) => {
    // A number beyond 2⁵³ has a fault for that, followed by the one for the bound of its key.
    const next = issues[index + 1]
    if (issue.code === next?.code && toText(issue.path) === toText(next.path)) return []
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({ path: [...issue.path, key], sentence: unknownKey(key, issue.path) }))
    }
    return [{ path: issue.path, sentence: toSentence(issue) }]
  })
}

/** One line for each fault, in the order of the file. */
export function toLines(faults: readonly Fault[], places: YamlPlaces): string[] {
  return faults
    .map(({ path, sentence }) => ({ line: lineOf(path, places), text: toText(path), sentence }))
    .sort((a, b) => (a.line ?? 0) - (b.line ?? 0))
    .map(({ line, text, sentence }) => `${text}${line === null ? '' : ` (line ${line})`}: ${sentence}`)
}

function toSentence(issue: z.core.$ZodIssue): string {
  const value = issue.input
  if (issue.message === unknownProvider && typeof value === 'string') {
    return `unknown provider ${JSON.stringify(value)}; ${suggest(value, Object.keys(providers))}`
  }
  if (issue.code === 'invalid_type') {
    if (value === undefined) return 'is missing'
    // A number in place of a number (0.5, .inf, .nan) is never a secret, so it is shown.
    const isNumber = ['int', 'number'].includes(issue.expected) && typeof value === 'number'
    return `must be ${article(issue.expected)}, not ${isNumber ? value : describe(value)}`
  }
  // For a text or a list that is too short or too long, the schema has its own message.
  const isNumber = 'origin' in issue && ['number', 'int'].includes(issue.origin)
  if (issue.code === 'too_small' && isNumber) {
    return `must be ${issue.inclusive ? 'at least' : 'above'} ${issue.minimum}`
  }
  if (issue.code === 'too_big' && isNumber) return `must be at most ${issue.maximum}`
  return issue.message
}

function unknownKey(key: string, parent: Path): string {
  return `unknown key ${JSON.stringify(key)}; ${suggest(key, keysAt(parent))}`
}

function suggest(name: string, known: string[]): string {
  const [near] = nearest(name, known, 1)
  return near ? `did you mean ${JSON.stringify(near)}?` : `known are: ${known.join(', ')}`
}

/** The keys that the schema knows at this path. */
function keysAt(path: Path): string[] {
  let schema = unwrap(GatewayFile)
  for (const step of path) {
    const { def } = schema
    if (def.shape) schema = unwrap(def.shape[String(step)])
    else if (def.element) schema = unwrap(def.element)
  }
  return Object.keys(schema.def.shape ?? {})
}

/** As much of a zod schema as is needed to walk it. */
interface Walkable {
  def: { shape?: Record<string, Walkable>; element?: Walkable; innerType?: Walkable }
}

/** Without its `optional` and `default`. */
function unwrap(schema: unknown): Walkable {
  let walkable = schema as Walkable
  while (walkable.def.innerType) walkable = walkable.def.innerType
  return walkable
}

/** The line of the key, or of its nearest parent in the file. In what an alias repeats, the line of the alias. */
function lineOf(path: Path, places: YamlPlaces): number | null {
  for (let length = path.length; length > 0; length--) {
    const offset = offsetOf(path.slice(0, length), places.document)
    if (offset !== null) return places.lines.linePos(offset).line
  }
  return null
}

function offsetOf(path: Path, document: Document): number | null {
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true)
  const last = path.at(-1)
  if (isMap(parent)) {
    const pair =
      parent.items.find(({ key }) => isScalar(key) && key.value === last) ??
      // `<<`, the only key that is a symbol: the path leads into what it merges.
      parent.items.find(({ key }) => isScalar(key) && typeof key.value === 'symbol')
    if (pair && isNode(pair.key)) return pair.key.range?.[0] ?? null
  }
  const node = document.getIn(path, true)
  return isNode(node) ? (node.range?.[0] ?? null) : null
}

function toText(path: Path): string {
  if (path.length === 0) return 'the file'
  return path
    .map((step, index) =>
      typeof step === 'number' ? `[${step}]` : `${index === 0 ? '' : '.'}${String(step)}`,
    )
    .join('')
}

function article(expected: string): string {
  const words: Record<string, string> = {
    object: 'a map of keys',
    record: 'a map of keys',
    array: 'a list',
    string: 'a text',
    int: 'a whole number',
    number: 'a number',
    boolean: 'true or false',
  }
  return words[expected] ?? expected
}

/** Never shows the value itself: it may be a provider's key. */
function describe(value: unknown): string {
  if (value === null) return 'empty'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a map of keys'
  return typeof value === 'string' ? 'a text' : `a ${typeof value}`
}
