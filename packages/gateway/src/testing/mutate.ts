/**
 * Changes values and texts at random. The random numbers come in as `pick`, so that a property test can repeat and
 * shrink what it found.
 */

/** A whole number in [0, below). */
export type Pick = (below: number) => number

/** Takes the numbers from a list; after its end every number is 0. */
export function createPick(numbers: readonly number[]): Pick {
  let at = 0
  return (below) => (numbers[at++] ?? 0) % below
}

/** Values that a program might not expect. */
const odd: (() => unknown)[] = [
  () => null,
  () => true,
  () => -1,
  () => 0,
  () => 0.1,
  () => 1e308,
  () => 2 ** 53 + 2,
  () => '',
  () => ' ',
  () => '\u0000',
  () => '\ud800',
  () => '😀',
  () => '$',
  () => '$MISSING',
  () => '__proto__',
  () => 'constructor',
  () => 'http://[',
  () => 'x'.repeat(100_000),
  () => [],
  () => [null],
  () => ({}),
  () => ({ type: 'image_url' }),
  () => ({ type: 'text', text: null }),
  () => ({ toString: 1, valueOf: {} }),
  () => JSON.parse('{"__proto__":{"model":"x"}}') as unknown,
  () => nest([], 500),
]

interface Place {
  holder: Record<string, unknown> | unknown[]
  key: string
}

/** A copy in which one node is deleted, replaced, doubled, wrapped, renamed or replaced by another node. */
export function mutateTree(root: unknown, pick: Pick): unknown {
  const copy = { root: structuredClone(root) }
  const places = placesOf(copy)
  const { holder, key } = places[pick(places.length)]!
  const value = (holder as Record<string, unknown>)[key]
  switch (pick(6)) {
    case 0:
      if (Array.isArray(holder)) holder.splice(Number(key), 1)
      else delete holder[key]
      break
    case 1:
      put(holder, key, odd[pick(odd.length)]!())
      break
    case 2:
      if (Array.isArray(holder)) holder.push(value)
      else put(holder, `${key}2`, value)
      break
    case 3:
      put(holder, key, pick(2) === 0 ? [value] : { [key]: value })
      break
    case 4:
      if (!Array.isArray(holder)) delete holder[key]
      put(holder, pick(2) === 0 ? 'toString' : key.toUpperCase(), value)
      break
    default:
      put(holder, key, structuredClone(valueAt(places[pick(places.length)]!)))
  }
  return copy.root
}

/** Makes faults that only text can have: repeated keys, cut ends, broken bytes, numbers of any size. */
export function mutateText(text: string, pick: Pick): Buffer {
  const at = pick(text.length + 1)
  const to = Math.min(text.length, at + pick(20))
  const insert = (piece: string) => Buffer.from(text.slice(0, at) + piece + text.slice(at))
  const afterBrace = (member: string) => Buffer.from(text.replace('{', `{${member},`))
  switch (pick(12)) {
    case 0:
      return Buffer.from(text.slice(0, at))
    case 1:
      return Buffer.from(text.slice(0, at) + text.slice(to))
    case 2:
      return insert(text.slice(at, to))
    case 3:
      return insert(pieces[pick(pieces.length)]!)
    case 4:
      return Buffer.from(text.replaceAll(/\d+/g, numbers[pick(numbers.length)]!))
    case 5:
      return afterBrace(`"model":"other"`)
    case 6:
      return afterBrace(`"__proto__":{"model":"other","stream":true}`)
    case 7:
      return afterBrace(`"x":${'['.repeat(20_000)}${']'.repeat(20_000)}`)
    case 8:
      return afterBrace(`"messages":${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`)
    case 9: {
      const bytes = Buffer.from(text)
      bytes[at % bytes.length] = pick(256)
      return bytes
    }
    case 10:
      return Buffer.concat([Buffer.from(text.slice(0, at)), Buffer.from([0xed, 0xa0, 0x80, 0xff])])
    default:
      return Buffer.from(text, 'utf16le')
  }
}

const pieces = ['"', '\\', '{', '}', '[', ',', ':', '\u0000', '\\ud800', 'NaN', '// a', '\ufeff', '\n', '\t']
const numbers = ['1e999', '-0', '9'.repeat(400), '0x10', '01', '1.', '9007199254740993', 'NaN']

function nest(inner: unknown, depth: number): unknown {
  let value = inner
  for (let level = 0; level < depth; level++) value = [value]
  return value
}

/** Sets a member as the JSON and YAML parsers do: `__proto__` becomes a member like any other. */
function put(holder: Place['holder'], key: string, value: unknown) {
  Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true })
}

function valueAt({ holder, key }: Place): unknown {
  return (holder as Record<string, unknown>)[key]
}

function placesOf(value: unknown): Place[] {
  if (typeof value !== 'object' || value === null) return []
  const holder = value as Place['holder']
  return Object.keys(holder).flatMap((key) => [{ holder, key }, ...placesOf(valueAt({ holder, key }))])
}
