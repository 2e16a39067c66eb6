/**
 * JSON schema → as much of it as the structured outputs of Claude and Bedrock take: they refuse bounds (`minimum`,
 * `maxLength`, `minItems` over 1), `oneOf`, and objects that are open to other members. What they refuse is moved into
 * the description, where the model still reads it. Source: `transformJSONSchema` of @anthropic-ai/sdk.
 */
import { encodeBody } from './encode-body.ts'
import { isRecord, record, records } from './read-json.ts'

type Schema = Record<string, unknown>

/**
 * null for a schema that cannot be enforced: with a place where any value is allowed, which is refused, with an object
 * whose members can have any name (`additionalProperties: {…}`), which would always be empty, or with one that `allOf`
 * joins of several.
 */
export function toStrictSchema(schema: Schema): Schema | null {
  let canBeKept = true
  const convert = (value: unknown, depth = 0): unknown => {
    canBeKept &&= depth < depthMax && isRecord(value) && saysWhatItIs(value)
    canBeKept &&= !hasFreeNames(record(value)) && !isJoined(record(value))
    return canBeKept ? narrow(record(value), (below) => convert(below, depth + 1)) : value
  }
  const strict = record(convert(schema))
  return canBeKept ? strict : null
}

/** No schema written by hand is deeper; each level takes several frames of our stack. */
const depthMax = 200

function saysWhatItIs(schema: Schema): boolean {
  return ['type', '$ref', 'enum', 'const', 'anyOf', 'oneOf', 'allOf'].some((key) => key in schema)
}

function hasFreeNames({ properties, patternProperties, additionalProperties }: Schema): boolean {
  if (isRecord(additionalProperties) || isRecord(patternProperties)) return true
  return additionalProperties === true && Object.keys(record(properties)).length === 0
}

/** A reference among several parts is refused; objects that are closed allow no members of each other. */
function isJoined({ allOf, ...own }: Schema): boolean {
  const parts = records(allOf)
  const isReference = (part: Schema) => '$ref' in part
  const objects = [own, ...parts].filter((part) => isReference(part) || 'properties' in part)
  return parts.length > 0 && (objects.length > 1 || (parts.length > 1 && parts.some(isReference)))
}

type Convert = (below: unknown) => unknown

function narrow(schema: Schema, convert: Convert): Schema {
  const { $schema: _, $defs, definitions, $ref, ...rest } = withoutLoneAllOf(schema)
  const named = {
    ...(isRecord($defs) && { $defs: convertEach($defs, convert) }),
    ...(isRecord(definitions) && { definitions: convertEach(definitions, convert) }),
  }
  if ($ref !== undefined) return { ...named, $ref }
  const kept: Schema = { ...named, ...keep(rest, convert) }
  const lost = Object.entries(rest).filter(([key]) => !(key in kept) && !isSaidOtherwise(key, rest, kept))
  const told = [...lost, ...besideReferences(rest, kept)]
  if (told.length === 0) return kept
  const words = encodeBody(Object.fromEntries(told))
  return { ...kept, description: rest.description ? `${rest.description}\n\n${words}` : words }
}

/** `allOf` with a reference is refused. Generators write it around a single one, to put a description beside it. */
function withoutLoneAllOf(schema: Schema): Schema {
  const { allOf, ...rest } = schema
  const [only, ...others] = records(allOf)
  return only && '$ref' in only && others.length === 0 ? { ...rest, ...only } : schema
}

/** A reference must stand alone, so what the members of an object, or the items of a list, say beside it is told. */
function besideReferences({ properties, items }: Schema, kept: Schema): [key: string, told: unknown][] {
  const beside = (value: unknown): Schema => {
    const { $ref, ...rest } = withoutLoneAllOf(record(value))
    return $ref === undefined ? {} : rest
  }
  const members = Object.entries(record(properties)).map(([name, value]) => [name, beside(value)] as const)
  const told: [key: 'properties' | 'items', beside: Schema][] = [
    ['properties', Object.fromEntries(members.filter(([, rest]) => !isEmpty(rest)))],
    ['items', beside(items)],
  ]
  return told.filter(([key, rest]) => key in kept && !isEmpty(rest))
}

function isEmpty(schema: Schema): boolean {
  return Object.keys(schema).length === 0
}

/** The members that remain members; the others become words of the description. */
function keep(schema: Schema, convert: Convert): Schema {
  const { type, title, description, anyOf, oneOf, allOf, properties, required, items, minItems, format } =
    schema
  const isType = (name: string) => type === name || (Array.isArray(type) && type.includes(name))
  const variants = Array.isArray(anyOf) ? anyOf : oneOf
  const literals = {
    ...(Array.isArray(schema.enum) && schema.enum.every(isLiteral) && { enum: schema.enum }),
    ...(isLiteral(schema.const) && { const: schema.const }),
  }
  return {
    ...literals,
    ...(type !== undefined && Object.keys(literals).length === 0 && { type }),
    ...(title !== undefined && { title }),
    ...(description !== undefined && { description }),
    ...(Array.isArray(variants) && { anyOf: variants.map(convert) }),
    ...(Array.isArray(allOf) && { allOf: allOf.map(convert) }),
    ...(isType('object') && {
      properties: convertEach(record(properties), convert),
      additionalProperties: false,
      ...(required !== undefined && { required }),
    }),
    ...(isType('array') && items !== undefined && { items: convert(items) }),
    ...(isType('array') && (minItems === 0 || minItems === 1) && { minItems }),
    ...(isType('string') && stringFormats.has(format) && { format }),
  }
}

function isLiteral(value: unknown): boolean {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value)
}

/** Does another member say it already? `anyOf` can stand for `oneOf`; an `enum` or `const` needs no type beside it. */
function isSaidOtherwise(key: string, { anyOf }: Schema, kept: Schema): boolean {
  const isVariants = key === 'oneOf' && 'anyOf' in kept && !Array.isArray(anyOf)
  return isVariants || (key === 'type' && ('enum' in kept || 'const' in kept))
}

function convertEach(schemas: Schema, convert: Convert): Schema {
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, convert(schema)]))
}

const stringFormats = new Set<unknown>([
  'date-time',
  'time',
  'date',
  'duration',
  'email',
  'hostname',
  'uri',
  'ipv4',
  'ipv6',
  'uuid',
])
