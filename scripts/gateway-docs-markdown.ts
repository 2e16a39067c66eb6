/** The schema of gateway.yaml → a page for people: a section for each part of the file, and a row for every key. */
import type { JsonSchema } from '../packages/gateway/src/config/json-schema.ts'
import { providers } from '../packages/gateway/src/upstream/providers.ts'
import { type Section, sections } from './gateway-docs-sections.ts'
import { toTable } from './markdown-table.ts'

export function toMarkdown(schema: JsonSchema): string {
  const rows = toRows(schema, '')
  const parts = sections.map((section) => {
    const own = rows.filter(({ path }) => sectionOf(path) === section)
    return `## ${section.title}\n\n${section.words}\n\n${toExample(section)}\n\n${toKeyTable(own)}\n`
  })
  return `${[opening, ...parts, toProviderTable()].join('\n')}`
}

const opening = `# gateway.yaml

Generated from the gateway's schema by \`npm run gateway:docs\`: change the texts there, in \`packages/gateway/src/config\`.

Editors with a YAML language server complete and check the file as you type, by its first line:

\`\`\`yaml
# yaml-language-server: $schema=docs/gateway-config.schema.json
\`\`\`

In the tables, \`[]\` is each entry of a list. A dash in the column of defaults means that nothing is set when the key is
left out. Names that end in \`Ms\` are milliseconds.

\`$NAME\` or \`\${NAME}\` is a variable of \`.env\` or the environment, and \`$$\` a dollar sign, in the texts of these keys and of no
others: all of \`params\`, \`discovery[].baseUrl\`, \`jwt.jwks\`, \`jwt.secret\`, \`jwt.issuer\`, \`jwt.audience\`, \`audit.path\` and
\`books.file\`. A model without its variable is unavailable, a server without it is not looked for, and a policy without
it stops the start.

What several entries have in common can be written once, with YAML's anchor, and repeated (\`*name\`) or merged
(\`<<: *name\`). The line of a fault in it is that of the place where it is repeated.
`

interface Row {
  path: string
  type: string
  /** In Markdown. */
  standard: string
  description: string
}

/** Every key below, parents before their children. */
function toRows(schema: JsonSchema, path: string): Row[] {
  if (schema.items) return toRows(schema.items, `${path}[]`)
  return Object.entries(schema.properties ?? {}).flatMap(([key, property]) => {
    const own = path === '' ? key : `${path}.${key}`
    const isRequired = schema.required?.includes(key) ?? false
    const row = {
      path: own,
      type: toType(property),
      standard: isRequired ? 'required' : toDefault(property),
      description: property.description ?? '',
    }
    return [row, ...toRows(property, own)]
  })
}

function toType(schema: JsonSchema): string {
  if (schema.enum) return schema.enum.map((word) => `\`${word}\``).join(', ')
  // A provider's name, in upper or lower case; their table is at the end.
  if (schema.anyOf?.[0]?.enum) return '[provider](#providers)'
  if (schema.anyOf) return schema.anyOf.map(toType).join(' or ')
  if (schema.items) return `list of ${toBound(schema)}${plural(schema.items)}`
  if (typeof schema.additionalProperties === 'object') return `map of ${plural(schema.additionalProperties)}`
  if (schema.type === 'integer' || schema.type === 'number') return toNumber(schema)
  return words[schema.type ?? ''] ?? 'anything'
}

const words: Record<string, string> = {
  object: 'map',
  string: 'text',
  boolean: 'true or false',
  null: 'null',
}

function toBound({ maxItems }: JsonSchema): string {
  return maxItems === undefined ? '' : `at most ${maxItems} `
}

function plural(schema: JsonSchema): string {
  if (schema.enum) return toType(schema)
  return schema.type === 'object' ? 'maps' : 'texts'
}

function toNumber({ type, minimum, exclusiveMinimum, maximum }: JsonSchema): string {
  const bounds = [
    minimum === undefined ? null : `from ${minimum}`,
    exclusiveMinimum === undefined ? null : `above ${exclusiveMinimum}`,
    maximum === undefined ? null : `to ${maximum}`,
  ]
  const kind = type === 'integer' ? 'whole number' : 'number'
  return [kind, ...bounds.filter((bound) => bound !== null)].join(' ')
}

function toDefault(schema: JsonSchema): string {
  return schema.default === undefined ? '–' : `\`${JSON.stringify(schema.default)}\``
}

function sectionOf(path: string): Section | undefined {
  return sections
    .filter((section) => path === section.path || path.startsWith(`${section.path}.`))
    .sort((a, b) => b.path.length - a.path.length)[0]
}

function toExample({ example }: Section): string {
  return `\`\`\`yaml\nllm:\n${example.replace(/^/gm, '  ')}\n\`\`\``
}

function toKeyTable(rows: readonly Row[]): string {
  return toTable(
    ['Key', 'Type', 'Default', 'What it does'],
    rows.map(({ path, type, standard, description }) => [`\`${path}\``, type, standard, description]),
  )
}

function toProviderTable(): string {
  const code = (text: string | null) => (text === null ? '–' : `\`${text}\``)
  const rows = Object.entries(providers).map(([name, { baseUrl, keyVariable }]) => [
    `\`${name}\``,
    code(baseUrl),
    code(keyVariable),
  ])
  return `## Providers

Their names are read without regard to case. Where there is no address, it comes from \`baseUrl\`, \`region\` (bedrock) or
\`SIMULATOR_URL\` (simulator). Perplexity has no chat completions any more: call its models by \`/v1/responses\`.

${toTable(['Provider', 'Address', 'Variable of its key'], rows)}
`
}
