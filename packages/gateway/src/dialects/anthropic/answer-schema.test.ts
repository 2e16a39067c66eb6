import { describe, expect, test } from 'vitest'
import { ask, bodyOf } from '../testing/ask-anthropic.ts'

test("a schema for the answer is Anthropic's own; any JSON object is asked for in words", () => {
  const schema = { type: 'object', properties: {}, additionalProperties: false }
  const body = bodyOf({ response_format: { type: 'json_schema', json_schema: { name: 'x', schema } } })
  expect(body.output_config).toEqual({ format: { type: 'json_schema', schema } })
  const json = bodyOf({ response_format: { type: 'json_object' } })
  expect(json.system).toEqual([{ type: 'text', text: expect.stringContaining('JSON object') }])
})

describe('a schema that Claude is to keep to', () => {
  const formed = (schema: object, strict?: boolean) => ({
    response_format: { type: 'json_schema', json_schema: { name: 'x', schema, strict } },
  })
  const sent = (schema: object) => bodyOf(formed(schema)).output_config.format.schema
  const closed = { type: 'object', properties: {}, additionalProperties: false }

  test('says in its descriptions what Anthropic refuses', () => {
    const bounded = {
      $schema: 'http://json-schema.org/draft-07/schema#',
      type: 'object',
      properties: {
        age: { type: 'integer', minimum: 0, maximum: 150, description: 'in years' },
        tags: { type: 'array', items: { type: 'string', minLength: 1, format: 'slug' }, minItems: 2 },
        at: { type: 'string', format: 'date-time' },
        some: { type: ['array', 'null'], items: { type: 'number' }, minItems: 1 },
      },
      required: ['age'],
    }
    expect(sent(bounded)).toEqual({
      type: 'object',
      properties: {
        age: { type: 'integer', description: 'in years\n\n{"minimum":0,"maximum":150}' },
        tags: {
          type: 'array',
          items: { type: 'string', description: '{"minLength":1,"format":"slug"}' },
          description: '{"minItems":2}',
        },
        at: { type: 'string', format: 'date-time' },
        some: { type: ['array', 'null'], items: { type: 'number' }, minItems: 1 },
      },
      additionalProperties: false,
      required: ['age'],
    })
  })

  test.each<[object, object]>([
    // What Claude takes stays as it is.
    [
      { type: 'string', title: 't', format: 'uuid' },
      { type: 'string', title: 't', format: 'uuid' },
    ],
    [
      { type: 'array', items: { type: 'number' }, minItems: 0 },
      { type: 'array', items: { type: 'number' }, minItems: 0 },
    ],
    [{ allOf: [{ type: 'object' }] }, { allOf: [closed] }],
    [
      { $ref: '#/definitions/a', definitions: { a: { type: 'object' } } },
      { $ref: '#/definitions/a', definitions: { a: closed } },
    ],
    // One of the two lists of variants is kept; the other is told.
    [
      { anyOf: [{ type: 'string' }, { type: 'null' }], oneOf: [{ const: 'a' }, { const: null }] },
      {
        anyOf: [{ type: 'string' }, { type: 'null' }],
        description: '{"oneOf":[{"const":"a"},{"const":null}]}',
      },
    ],
    [{ const: null, type: 'null' }, { const: null }],
    // A value of a kind that it does not take stands in the description.
    [
      { type: 'object', const: { a: 1 } },
      { ...closed, description: '{"const":{"a":1}}' },
    ],
    [
      { type: 'array', enum: [[1]], items: { type: 'number' } },
      { type: 'array', items: { type: 'number' }, description: '{"enum":[[1]]}' },
    ],
    [
      { type: 'number', format: 'date' },
      { type: 'number', description: '{"format":"date"}' },
    ],
  ])('%j is sent as %j', (schema, expected) => {
    expect(sent(schema)).toEqual(expected)
  })

  test('has no open object, also not in definitions and variants', () => {
    const open = { type: 'object', additionalProperties: true, properties: { a: { $ref: '#/$defs/leaf' } } }
    const shut = { ...open, additionalProperties: false }
    expect(
      sent({ $ref: '#/$defs/open', $defs: { open, leaf: { enum: ['x', 1, null], type: 'string' } } }),
    ).toEqual({
      $ref: '#/$defs/open',
      $defs: { open: shut, leaf: { enum: ['x', 1, null] } },
    })
    expect(sent({ type: 'object', properties: { a: { oneOf: [open, { const: 1 }] } } })).toEqual({
      ...closed,
      properties: { a: { anyOf: [shut, { const: 1 }] } },
    })
  })

  test('has references that stand alone: the description of their object says what stood beside them', () => {
    const $defs = { a: { enum: ['x', 'y'] } }
    const reference = { $ref: '#/$defs/a' }
    const properties = {
      plain: reference,
      described: { ...reference, description: 'd', not: { const: 'x' } },
      wrapped: { allOf: [reference], description: 'w' },
      list: { type: 'array', items: { ...reference, description: 'i' } },
    }
    expect(sent({ type: 'object', properties, $defs, description: 'All of it.' })).toEqual({
      ...closed,
      $defs,
      properties: {
        plain: reference,
        described: reference,
        wrapped: reference,
        list: { type: 'array', items: reference, description: '{"items":{"description":"i"}}' },
      },
      description:
        'All of it.\n\n{"properties":{"described":{"description":"d","not":{"const":"x"}},"wrapped":{"description":"w"}}}',
    })
  })

  test('is narrowed for strict tools only', () => {
    const parameters = { type: 'object', properties: { a: { type: 'integer', minimum: 1 } } }
    const tools = [true, false].map((strict) => ({
      type: 'function',
      function: { name: 'a', parameters, strict },
    }))
    expect(bodyOf({ tools }).tools).toEqual([
      {
        name: 'a',
        input_schema: { ...closed, properties: { a: { type: 'integer', description: '{"minimum":1}' } } },
        strict: true,
      },
      { name: 'a', input_schema: parameters },
    ])
  })

  test.each([
    ['claude-opus-4-6', { type: 'object', additionalProperties: { type: 'number' } }],
    ['claude-opus-4-6', { type: 'object', additionalProperties: true }],
    ['claude-opus-4-6', { type: 'object', properties: { any: {} } }],
    // Anthropic refuses a reference among several parts; objects that are closed allow no members of each other.
    ['claude-opus-4-6', { allOf: [{ $ref: '#/$defs/a' }, { type: 'object' }], $defs: { a: closed } }],
    ['claude-opus-4-6', { allOf: [closed, { type: 'object', properties: { a: { type: 'null' } } }] }],
    ['claude-opus-4-6', { ...closed, allOf: [{ $ref: '#/$defs/a' }], $defs: { a: closed } }],
    ['claude-opus-4-6', {}],
    ['claude-sonnet-4-20250514', closed],
  ])('that %s cannot be held to is sent in words: %j', (model, schema) => {
    const body = bodyOf(formed(schema), model)
    expect(body).not.toHaveProperty('output_config')
    expect(body.system[0].text).toContain(JSON.stringify(schema))
    expect(() => ask(formed(schema, true), model)).toThrow('`response_format` has a schema')
    const strict = {
      type: 'function',
      function: { name: 'a', parameters: { ...schema, type: 'object' }, strict: true },
    }
    if (Object.keys(schema).length > 0)
      expect(bodyOf({ tools: [strict] }, model).tools[0]).not.toHaveProperty('strict')
  })
})
