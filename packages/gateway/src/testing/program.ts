import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach } from 'vitest'

/** The gateway as a program, in a folder for each test. Programs that still run after the test are killed. */
export function useProgram() {
  let folder = ''
  const children: ChildProcess[] = []
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gateway-'))
  })
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL')
    rmSync(folder, { recursive: true })
  })

  return {
    pathOf: (name: string) => join(folder, name),

    /** `config`: the text of its gateway.yaml; null for no file. `stderr`: an open file, or `pipe` to read it here. */
    run(config: string | null, env: Record<string, string> = {}, stderr: number | 'pipe' = 'pipe') {
      const path = join(folder, 'gateway.yaml')
      if (config !== null) writeFileSync(path, config)
      const child = spawn(process.execPath, [join(import.meta.dirname, '../main.ts')], {
        env: {
          GATEWAY_CONFIG: path,
          GATEWAY_PORT: '0',
          GATEWAY_METRICS_PORT: '0',
          GATEWAY_DISCOVERY: 'off',
          GATEWAY_DRAIN_MS: '0',
          GATEWAY_BOOKS: 'off',
          ...env,
        },
        stdio: ['ignore', 'pipe', stderr, 'ipc'],
      })
      children.push(child)
      return {
        child,
        stdout: text(child.stdout!),
        stderr: child.stderr === null ? '' : text(child.stderr),
        firstLine: once(child.stdout!, 'data').then(([line]) => String(line)),
        exited: once(child, 'exit'),
      }
    },
  }
}
