/** `npm test`: all checks and tests, from a fresh clone, the quickest first. */
import { join } from 'node:path'
import { buildWeb, install, pinnedNode, root, run } from './setup.mjs'

install()

const bin = (name) => join(root, 'node_modules', name)
step('format, lint, imports', [bin('@biomejs/biome/bin/biome'), 'ci', '--error-on-warnings', '.'])
step('types', [bin('typescript/bin/tsc'), '--noEmit', '-p', '.'])
step('types of the web', [bin('typescript/bin/tsc'), '--noEmit', '-p', 'apps/web'])
step('nothing unused', [bin('knip/bin/knip.js')])
step('docs are fresh', [join(root, 'scripts', 'gateway-docs.ts'), '--check'])
step('the tape format is fresh', [join(root, 'scripts', 'tape-schema.ts'), '--check'])
buildWeb()
step('tests', [bin('vitest/vitest.mjs'), 'run', ...process.argv.slice(2)])

function step(name, args) {
  process.stdout.write(`\n— ${name}\n`)
  run(pinnedNode, args)
}
