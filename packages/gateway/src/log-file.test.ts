/** The log of a gateway whose disk is full: Linux has such a disk at /dev/full. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createLogFile } from './log-file.ts'

const isFullDiskHere = existsSync('/dev/full')

let folder: string
const children: ChildProcess[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gateway-'))
})
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  rmSync(folder, { recursive: true })
})

test.runIf(isFullDiskHere)(
  'a gateway whose standard error is full serves on, and stops when it is asked to',
  async () => {
    const full = openSync('/dev/full', 'a')

    const config = join(folder, 'gateway.yaml')
    writeFileSync(
      config,
      'llm: { models: [{ name: m, provider: custom, params: { baseUrl: "http://127.0.0.1:9" } }] }',
    )
    const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts')], {
      env: {
        GATEWAY_CONFIG: config,
        GATEWAY_PORT: '0',
        GATEWAY_METRICS_PORT: '0',
        GATEWAY_DISCOVERY: 'off',
        GATEWAY_BOOKS: 'off',
        LOG_LEVEL: 'info',
      },
      stdio: ['ignore', 'pipe', full],
    })
    children.push(child)
    closeSync(full)
    const exited = once(child, 'exit')
    const [line] = await once(child.stdout!, 'data')
    const [url, metricsUrl] = String(line).match(/http:[^\s,]+/g)!
    for (let calls = 0; calls < 3; calls++) {
      const response = await fetch(`${url}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'unknown', messages: [{ role: 'user', content: 'hi' }] }),
      })
      expect(response.status).toBe(404)
      await response.text()
    }
    expect((await fetch(`${url}/health`)).status).toBe(200)
    expect(await (await fetch(metricsUrl!)).text()).toContain('gateway_log_lines_lost_total 0\n')
    child.kill('SIGTERM')
    expect(await exited).toEqual([0, null])
  },
)

test.runIf(isFullDiskHere)('what no memory is left for is lost and counted', async () => {
  const file = createLogFile(openSync('/dev/full', 'a'), 25)
  for (let lines = 0; lines < 5; lines++) file.write('ten bytes\n')
  expect(file.lostLines()).toBe(3)
  await file.close()
  file.write('ten bytes\n')
})

test('what waits when it is closed is written first', async () => {
  const path = join(folder, 'log')
  const file = createLogFile(openSync(path, 'a'))
  for (const line of ['a\n', 'b\n', 'c\n']) file.write(line)
  await file.close()
  expect(readFileSync(path, 'utf8')).toBe('a\nb\nc\n')
})
