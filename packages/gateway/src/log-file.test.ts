/** The log of a gateway whose disk is full: Linux has such a disk at /dev/full. */
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { createLogFile } from './log-file.ts'
import { useProgram } from './testing/program.ts'

const isFullDiskHere = existsSync('/dev/full')

const { pathOf, run } = useProgram()

test.runIf(isFullDiskHere)(
  'a gateway whose standard error is full serves on, and stops when it is asked to',
  async () => {
    const full = openSync('/dev/full', 'a')
    const config =
      'llm: { models: [{ name: m, provider: custom, params: { baseUrl: "http://127.0.0.1:9" } }] }'
    const { child, firstLine, exited } = run(config, { LOG_LEVEL: 'info' }, full)
    closeSync(full)
    const [url, metricsUrl] = (await firstLine).match(/http:[^\s,]+/g)!
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

test.runIf(isFullDiskHere)('lines beyond those that can wait are lost and counted', async () => {
  const file = createLogFile(openSync('/dev/full', 'a'), 25)
  for (let lines = 0; lines < 5; lines++) file.write('ten bytes\n')
  expect(file.lostLines()).toBe(3)
  await file.close()
  file.write('ten bytes\n')
})

test('lines that wait when it is closed are written first', async () => {
  const path = pathOf('log')
  const file = createLogFile(openSync(path, 'a'))
  for (const line of ['a\n', 'b\n', 'c\n']) file.write(line)
  await file.close()
  expect(readFileSync(path, 'utf8')).toBe('a\nb\nc\n')
})
