/** The linter checks which package imports which; this checks that the linter really reports a forbidden import. */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from './support/programs.ts'

const biome = join(root, 'node_modules/@biomejs/biome/bin/biome')

/** Lints one file in an empty copy of the project, so that nothing is written into the real one. */
function lint(path: string, code: string): string {
  const copy = mkdtempSync(join(tmpdir(), 'import-rule-'))
  mkdirSync(dirname(join(copy, path)), { recursive: true })
  writeFileSync(join(copy, path), code)
  cpSync(join(root, 'biome.json'), join(copy, 'biome.json'))
  const args = [biome, 'lint', '--vcs-enabled=false', '--only=style/noRestrictedImports', path]
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: copy, encoding: 'utf8' })
  rmSync(copy, { recursive: true })
  expect(stdout + stderr).toContain('Checked 1 file')
  return stdout + stderr
}

test.each([
  ['packages/wire/src/a.ts', '@drag-race/contracts'],
  ['packages/sqlite/src/a.ts', '@drag-race/contracts'],
  ['packages/contracts/src/a.ts', '@drag-race/wire'],
  ['packages/contracts/src/a.ts', '../../wire/src/decode.ts'],
  ['packages/gateway/src/relay/a.ts', '@drag-race/simulator'],
  ['packages/gateway/src/relay/a.ts', '../../../../apps/api/src/server.ts'],
  ['packages/simulator/src/a.ts', '../../../packages/gateway/src/main.ts'],
  ['apps/api/src/races/a.ts', '@drag-race/gateway'],
  ['apps/web/src/race/a.ts', '@drag-race/api'],
  ['apps/web/src/race/a.ts', '@drag-race/sqlite'],
  ['packages/simulator/src/a.ts', '@drag-race/sqlite'],
])('%s must not import %s', (path, specifier) => {
  expect(lint(path, `import { x } from '${specifier}'\nexport { x }\n`)).toContain('noRestrictedImports')
})

test.each([
  ['apps/api/src/races/a.ts', '@drag-race/contracts'],
  ['packages/gateway/src/relay/a.ts', '@drag-race/wire'],
  ['packages/gateway/src/books/a.ts', '@drag-race/sqlite'],
  ['packages/gateway/src/relay/a.ts', '../upstream/attempt.ts'],
  ['packages/wire/src/a.ts', 'eventsource-parser'],
])('%s is allowed to import %s', (path, specifier) => {
  expect(lint(path, `import { x } from '${specifier}'\nexport { x }\n`)).not.toContain('noRestrictedImports')
})
