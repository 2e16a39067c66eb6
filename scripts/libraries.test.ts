import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const read = (path: string) => readFileSync(join(import.meta.dirname, '..', path), 'utf8')

test('every library of the catalog has its reason in the record, and the record names no other', () => {
  const [, catalog] = read('pnpm-workspace.yaml').split(/^catalog:$/m)
  const libraries = [...catalog!.matchAll(/^ {2}"?([^":]+)"?: \d/gm)].map(([, name]) => name!)
  const record = read('docs/decisions/0001-libraries.md')
  const [, ...rows] = [...record.matchAll(/^\| (.+) \| .{5,} \|$/gm)].map(([, names]) => names!)
  const named = rows.join(', ').replace(' (npm package)', '').split(', ')
  expect(named.toSorted()).toEqual(libraries.toSorted())
})
