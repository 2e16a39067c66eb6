import { describe, expect, test } from 'vitest'
import { RaceRequest } from './index.ts'

const lane = { model: 'm' }
const faults = (value: unknown) =>
  RaceRequest.safeParse(value).error?.issues.map(({ path }) => path.join('.')) ?? []

test('the shortest race: a prompt and a model; the rest has defaults', () => {
  expect(RaceRequest.parse({ prompt: 'p', lanes: [lane] })).toEqual({
    prompt: 'p',
    lanes: [{ model: 'm', stream: true }],
    finish: 'done',
  })
})

const toTags = (count: number) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`${index}`.padEnd(64, 'n'), 'x'.repeat(256)]),
  )

test('sixteen tags of the greatest length are accepted', () => {
  expect(faults({ prompt: 'p', lanes: [lane], tags: toTags(16) })).toEqual([])
})

test('sixteen metadata of the greatest length that OpenAI takes are accepted', () => {
  const metadata = Object.fromEntries(Object.keys(toTags(16)).map((name) => [name, 'x'.repeat(512)]))
  expect(faults({ prompt: 'p', lanes: [{ ...lane, params: { metadata } }] })).toEqual([])
})

test('a prompt of the library needs no text', () => {
  expect(faults({ promptId: 'primes-proof', lanes: [lane] })).toEqual([])
  expect(faults({ promptId: 'primes-proof', prompt: ' ', lanes: [lane] })).toEqual(['prompt'])
})

describe('refused, with the place of the fault', () => {
  test.each([
    ['an empty prompt', { prompt: '  ', lanes: [lane] }, 'prompt'],
    ['no prompt at all', { lanes: [lane] }, 'prompt'],
    [
      'prompt and messages',
      { prompt: 'p', messages: [{ role: 'user', content: 'x' }], lanes: [lane] },
      'messages',
    ],
    ['messages without a user', { messages: [{ role: 'system', content: 'x' }], lanes: [lane] }, 'messages'],
    ['no lane', { prompt: 'p', lanes: [] }, 'lanes'],
    ['seventeen lanes', { prompt: 'p', lanes: Array(17).fill(lane) }, 'lanes'],
    ['a wrong type', { prompt: 'p', lanes: [{ model: 'm', stream: 'yes' }] }, 'lanes.0.stream'],
    ['no model', { prompt: 'p', lanes: [{ model: '' }] }, 'lanes.0.model'],
    [
      'a temperature out of range',
      { prompt: 'p', lanes: [{ model: 'm', params: { temperature: 3 } }] },
      'lanes.0.params.temperature',
    ],
    ['a tag without a name', { prompt: 'p', lanes: [lane], tags: { '': 'x' } }, 'tags.'],
    [
      'a long name of a tag',
      { prompt: 'p', lanes: [lane], tags: { ['n'.repeat(65)]: 'x' } },
      `tags.${'n'.repeat(65)}`,
    ],
    ['a long tag', { prompt: 'p', lanes: [lane], tags: { n: 'x'.repeat(257) } }, 'tags.n'],
    [
      'a tag that would be lost',
      { prompt: 'p', lanes: [lane], tags: JSON.parse('{"__proto__": "x"}') },
      'tags.__proto__',
    ],
    ['seventeen tags', { prompt: 'p', lanes: [lane], tags: toTags(17) }, 'tags'],
    ...[
      ['metadata without a name', { '': 'x' }, '.'],
      ['a long name of metadata', { ['n'.repeat(65)]: 'x' }, `.${'n'.repeat(65)}`],
      ['long metadata', { n: 'x'.repeat(513) }, '.n'],
      ['metadata that are no text', { n: 1 }, '.n'],
      ['seventeen metadata', toTags(17), ''],
    ].map(([name, metadata, path]): [string, object, string] => [
      `${name}`,
      { prompt: 'p', lanes: [{ model: 'm', params: { metadata } }] },
      `lanes.0.params.metadata${path}`,
    ]),
    ['an unknown finish line', { prompt: 'p', lanes: [lane], finish: 'half' }, 'finish'],
  ])('%s', (_name, value, path) => {
    expect(faults(value)).toContain(path)
  })

  test('all faults at once: an empty prompt beside a faulty lane', () => {
    expect(faults({ prompt: '', lanes: [{ model: '' }] })).toEqual(
      expect.arrayContaining(['prompt', 'lanes.0.model']),
    )
    expect(faults({ prompt: 7, lanes: [] })).toEqual(expect.arrayContaining(['prompt', 'lanes']))
  })

  test('an unknown key, wherever it stands', () => {
    expect(RaceRequest.safeParse({ prompt: 'p', lanes: [{ ...lane, streaming: true }] }).success).toBe(false)
    expect(RaceRequest.safeParse({ prompt: 'p', lanes: [lane], finsh: 'done' }).success).toBe(false)
  })
})
