/**
 * `pnpm tape:schema` writes docs/tape.schema.json, the format of a tape file, from the schema in the code. With
 * `--check` it writes nothing, and fails when the file is stale.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { toTapeJsonSchema } from '../packages/contracts/src/tape-schema.ts'

const path = 'docs/tape.schema.json'

function isTapeSchemaStale(root: string): boolean {
  try {
    // A checkout on Windows can have changed the line ends.
    return readFileSync(join(root, path), 'utf8').replaceAll('\r\n', '\n') !== renderTapeSchema()
  } catch {
    return true
  }
}

export function renderTapeSchema(): string {
  return `${JSON.stringify(toTapeJsonSchema(), null, 2)}\n`
}

if (import.meta.main) {
  // pnpm and `npm test` run it in the root of the project.
  const root = process.cwd()
  if (!process.argv.includes('--check')) {
    writeFileSync(join(root, path), renderTapeSchema())
  } else if (isTapeSchemaStale(root)) {
    console.error(`${path} is stale. Run \`npm run tape:schema\` and commit it.`)
    process.exitCode = 1
  }
}
