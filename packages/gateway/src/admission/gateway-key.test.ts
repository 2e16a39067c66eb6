import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { bearer, openDoor } from '../testing/door.ts'
import { messages } from '../testing/gateway.ts'

const script = join(import.meta.dirname, '..', '..', '..', '..', 'scripts', 'gateway-key.mjs')
const run = (...words: string[]) => spawnSync(process.execPath, [script, ...words], { encoding: 'utf8' })

test('the printed key is accepted with the printed entry, and no two keys are the same', async () => {
  const [one, other] = [run('search-team'), run('--', 'search-team')].map(({ stdout }) => ({
    key: /^ {2}(gwk_\S{43})$/m.exec(stdout)?.[1] ?? '',
    entry: stdout.slice(stdout.indexOf('llm:')),
  }))
  if (!one || !other) throw new Error('nothing was printed')
  expect(one.entry).not.toContain(one.key)
  const { llm } = parse(one.entry) as { llm: { policies: object } }
  const { gateway, close } = await openDoor(llm.policies)
  const statusFor = async (key: string) => (await gateway.chat({ model: 'm', messages }, bearer(key))).status
  expect([await statusFor(one.key), await statusFor(other.key)]).toEqual([200, 401])
  await close()
})

test('it says where the app of this gateway takes the key from', () => {
  expect(run('race').stdout).toMatch(/\.env as GATEWAY_API_KEY, and start the app again/)
})

test.each([[[]], [['two words']], [['a', 'b']], [['--help']]])(
  'without one good id it says what to do: %j',
  (words) => {
    const { status, stdout, stderr } = run(...words)
    expect([status, stdout]).toEqual([1, ''])
    expect(stderr).toContain('npm run gateway:key -- <id>')
  },
)

test('the example hash in the shipped gateway.yaml is the hash of no real key', () => {
  const shipped = readFileSync(join(script, '..', '..', 'gateway.yaml'), 'utf8')
  expect(shipped.match(/keyHash: "[^"]*"/g)).toEqual([`keyHash: "sha256:${'0'.repeat(64)}"`])
})
