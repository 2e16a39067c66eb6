/**
 * Makes a clone ready to run, on any Node ≥ 20 with npm and nothing else: installs the dependencies (among them the
 * Node that everything else runs on) and builds the web. Does nothing, and asks no network, when nothing has changed.
 *
 * Plain JavaScript, because the Node that runs this file can be one without TypeScript.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))
const installStamp = join(root, 'node_modules', '.installed-from')
const buildStamp = join(root, 'apps', 'web', 'dist', '.built-from')

/** The Node of this project, pinned as a dev dependency. */
export const pinnedNode = join(
  root,
  'node_modules',
  'node',
  'bin',
  process.platform === 'win32' ? 'node.exe' : 'node',
)

export function install() {
  // Every change of a dependency is a change of the lock file.
  const wanted = hashOf(['pnpm-workspace.yaml', 'pnpm-lock.yaml'])
  if (existsSync(pinnedNode) && readStamp(installStamp) === wanted) return
  say('Fetching and installing dependencies (only when they change) …')
  run('npx', ['--yes', 'pnpm@12', 'install', '--frozen-lockfile', '--reporter=append-only'], {
    quiet: true,
    help: 'The first start, and one after an update, needs the network to install the dependencies.',
  })
  writeFileSync(installStamp, wanted)
}

export function buildWeb() {
  const inputs = ['apps/web', 'packages/contracts/src', 'packages/wire/src'].flatMap(filesBelow)
  const wanted = hashOf([...inputs, 'pnpm-lock.yaml'])
  if (readStamp(buildStamp) === wanted) return
  say('Building the web (only when it changes) …')
  run(pinnedNode, [join(root, 'apps/web/node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'warn'], {
    cwd: join(root, 'apps/web'),
    help: 'The web could not be built; the messages above say why.',
  })
  mkdirSync(dirname(buildStamp), { recursive: true })
  writeFileSync(buildStamp, wanted)
}

/** Runs a command to its end; on failure prints `help` and exits with its exit code. */
export function run(command, args, { cwd = root, quiet = false, help = '' } = {}) {
  const result = spawnSync(command, args, {
    cwd,
    env: { ...process.env, PATH: `${join(root, 'node_modules', '.bin')}${pathSeparator}${process.env.PATH}` },
    stdio: quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit',
    encoding: 'utf8',
    // npx is a shell script on Windows.
    shell: process.platform === 'win32',
  })
  if (result.status === 0) return
  if (quiet) process.stderr.write(`${result.stdout ?? ''}${result.stderr ?? ''}`)
  if (result.error) process.stderr.write(`${result.error.message}\n`)
  if (help) process.stderr.write(`${help}\n`)
  process.exit(result.status ?? 1)
}

const pathSeparator = process.platform === 'win32' ? ';' : ':'

function filesBelow(folder) {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`
    if (entry.isDirectory()) return skipped.has(entry.name) ? [] : filesBelow(path)
    return entry.name.includes('.test.') ? [] : [path]
  })
}

const skipped = new Set(['node_modules', 'dist'])

function hashOf(paths) {
  const hash = createHash('sha256')
  for (const path of [...paths].sort()) hash.update(`${path}\0`).update(readFileSync(join(root, path)))
  return hash.digest('hex')
}

function readStamp(path) {
  return existsSync(path) ? readFileSync(path, 'utf8') : null
}

function say(text) {
  process.stdout.write(`${text}\n`)
}
