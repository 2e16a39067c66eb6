/**
 * `pnpm gateway:docs` writes the gateway's reference from its code: gateway.yaml for people and, as a JSON schema, for
 * editors, its metrics and its error codes. With `--check` it writes nothing, and fails when one of them is stale.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { toConfigJsonSchema } from '../packages/gateway/src/config/json-schema.ts'
import { toErrorsPage } from './gateway-docs-errors.ts'
import { toMarkdown } from './gateway-docs-markdown.ts'
import { toMetricsPage } from './gateway-docs-metrics.ts'

export function renderGatewayDocs(): Record<string, string> {
  const schema = toConfigJsonSchema()
  return {
    'docs/gateway-config.md': toMarkdown(schema),
    'docs/gateway-config.schema.json': `${JSON.stringify(schema, null, 2)}\n`,
    'docs/gateway-metrics.md': toMetricsPage(),
    'docs/gateway-errors.md': toErrorsPage(),
  }
}

/** The files below `root` that are missing, or differ from what the code gives now. */
export function staleGatewayDocs(root: string): string[] {
  return Object.entries(renderGatewayDocs())
    .filter(([path, text]) => readIfThere(join(root, path)) !== text)
    .map(([path]) => path)
}

function readIfThere(path: string): string | null {
  try {
    // A checkout on Windows can have changed the line ends.
    return readFileSync(path, 'utf8').replaceAll('\r\n', '\n')
  } catch {
    return null
  }
}

if (import.meta.main) {
  // pnpm and `npm test` run it in the root of the project.
  const root = process.cwd()
  if (process.argv.includes('--check')) {
    const stale = staleGatewayDocs(root)
    for (const path of stale) console.error(`${path} is stale. Run \`npm run gateway:docs\` and commit it.`)
    process.exitCode = stale.length > 0 ? 1 : 0
  } else {
    for (const [path, text] of Object.entries(renderGatewayDocs())) writeFileSync(join(root, path), text)
  }
}
