import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { root } from '../tests/support/programs.ts'

/** Builds the web each time, in two seconds, so that it is never an old one. Throws when it cannot be built. */
export function buildWeb() {
  const folder = join(root, 'apps', 'web')
  const vite = join(folder, 'node_modules', 'vite', 'bin', 'vite.js')
  const { status } = spawnSync(process.execPath, [vite, 'build'], { cwd: folder, stdio: 'ignore' })
  if (status !== 0) throw new Error('The web could not be built: run `npm start` once and see why.')
}
