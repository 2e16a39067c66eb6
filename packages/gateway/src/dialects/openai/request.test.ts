import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toUpstreamBody } from './request.ts'

/** The text goes through `toUpstreamBody`, with the facts that the gateway reads from it. */
function edit(text: string, upstreamModel: string, isUsageAskedFor = true): string {
  const parsed = JSON.parse(text) as {
    model: string
    stream?: boolean
    stream_options?: { include_usage?: boolean }
  }
  const request = {
    body: Buffer.from(text),
    model: parsed.model,
    isStream: parsed.stream === true,
    estimate: { inputTokens: 0, outputTokens: 0, isOutputStated: false },
    streamOptions: (parsed.stream_options as Record<string, unknown>) ?? null,
    wantsUsage: parsed.stream_options?.include_usage === true,
    wantsReport: false,
  }
  return Buffer.from(toUpstreamBody(request, { upstreamModel, isUsageAskedFor })).toString()
}

test('a body that needs no change is the same bytes', () => {
  const body = '{"model":"m" , "messages":[], "stream":true,"stream_options":{"include_usage":true}}'
  expect(edit(body, 'm')).toBe(body)
  expect(edit('{ "model":"m","stream":false}', 'm')).toBe('{ "model":"m","stream":false}')
})

test('a provider that refuses the question about usage is not asked', () => {
  expect(edit('{"model":"m","stream":true}', 'm', false)).toBe('{"model":"m","stream":true}')
})

test.each([
  [
    '{"stream":true,"stream_options":null,"model":"m"}',
    '{"stream":true,"stream_options":{"include_usage":true},"model":"m"}',
  ],
  [
    '{"stream":true,"stream_options":{"include_usage":false,"x":1},"model":"m"}',
    '{"stream":true,"stream_options":{"include_usage":true,"x":1},"model":"m"}',
  ],
])('stream options that are there are changed in their place: %s', (body, sent) => {
  expect(edit(body, 'm')).toBe(sent)
})

test('every `model` of the top level is replaced, however its key is written, and none below', () => {
  expect(
    edit('{"model":"a","mod\\u0065l":"m","tools":[{"model":"m"}],"x":"\\"model\\":\\"m\\""}', 'up'),
  ).toBe('{"model":"up","mod\\u0065l":"up","tools":[{"model":"m"}],"x":"\\"model\\":\\"m\\""}')
})

test('a name that is no alias replaces another that stands before it: a provider may read the first', () => {
  expect(edit('{"model":"dear","model":"m"}', 'm')).toBe('{"model":"m","model":"m"}')
  expect(edit('{"m\\u006Fdel":"dear", "model":"m"}', 'm')).toBe('{"m\\u006Fdel":"m", "model":"m"}')
  const below = '{"model":"m","tools":[{"properties":{"model":{}}}],"x":"\\u0061"}'
  expect(edit(below, 'm')).toBe(below)
})

describe('thoughts of another dialect', () => {
  const own = '{"format":"anthropic","type":"thinking","signature":"s]\\"","index":0}'
  const toText = (message: string) =>
    `{"model":"m" ,"messages":[ {"role":"user","content":"a"}, ${message} ]}`

  test('leave the message, with their text; all else stays as it came', () => {
    const message = `{ "role":"assistant", "reasoning_content":"hm","reasoning_details" : [ ${own} ],"x":13950026667594240001 }`
    const left = '{ "role":"assistant","x":13950026667594240001 }'
    expect(edit(toText(message), 'm')).toBe(toText(left))
    expect(edit(toText(message), 'up')).toBe(toText(left).replace('"m"', '"up"'))
    expect(edit(toText(`{"reasoning_details":[${own},${own}]}`), 'm')).toBe(toText('{}'))
  })

  test('leave those of others where they are', () => {
    const foreign = '{"format":"anthropic-claude-v1", "type":"reasoning.text"}'
    const theirs = toText(`{"reasoning_details":[ ${foreign}, 1 ],"reasoning_content":"hm"}`)
    expect(edit(theirs, 'm')).toBe(theirs)
    const mixed = toText(`{"reasoning_details":[${foreign}, ${own}]}`)
    expect(edit(mixed, 'm')).toBe(toText(`{"reasoning_details":[${foreign}]}`))
  })

  test.each([
    '{"model":"m","messages":[],"reasoning_details":[{"format":"gemini"}]}',
    '{"model":"m","messages":[1,[],{},{"reasoning_details":null},{"reasoning_details":[]},"\\"reasoning_details\\""]}',
    '{"model":"m","messages":{"reasoning_details":[{"format":"gemini"}]}}',
  ])('%s has none', (body) => {
    expect(edit(body, 'm')).toBe(body)
  })
})

test('whatever stands around them, only model and usage change', () => {
  const others = fc
    .dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue(), { maxKeys: 5 })
    .map((members) => Object.entries(members).filter(([key]) => !/^(model|stream|stream_options)$/.test(key)))
  const space = fc.constantFrom('', ' ', '\n\t')
  fc.assert(
    fc.property(
      others,
      others,
      fc.boolean(),
      space,
      fc.string(),
      (before, after, stream, gap, upstreamModel) => {
        const toText = (model: string, more: string) =>
          `{${gap}${[
            ...before.map(
              ([key, value]) => `${JSON.stringify(key)}${gap}:${JSON.stringify(value, null, gap.length)}`,
            ),
            `"model":${gap}${model}`,
            ...after.map(([key, value]) => `${JSON.stringify(key)}:${gap}${JSON.stringify(value)}`),
            `"stream"${gap}:${stream},"seed":13950026667594240001${gap}}`,
          ].join(`${gap},${gap}`)}`.replace('{', `{${more}`)
        const added = stream ? '"stream_options":{"include_usage":true},' : ''
        expect(edit(toText('"m"', ''), upstreamModel)).toBe(toText(JSON.stringify(upstreamModel), added))
      },
    ),
  )
})
