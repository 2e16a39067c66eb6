/** A stream that brings much at once holds nobody up: other calls have their turns while it is checked. */
import { expect, test } from 'vitest'
import { delta, done, events, finish, role, token } from '../testing/chunks.ts'
import { detectors } from './detectors/detectors.ts'
import { guardAnswer } from './guard-answer.ts'
import { createTextGuard } from './text-guard.ts'

const iban = 'DE89 3704 0044 0532 0130 00'
const turnChars = 16 * 1024
const long = `${'AA11 '.repeat(20 * 1024)}, ${iban}`
const turnsOfLong = Math.floor(long.length / turnChars)

/** What is passed on of a stream of these events, and how often others had their turn meanwhile. */
async function pass(bytes: string) {
  const guard = createTextGuard(
    [{ name: 'accounts', action: 'mask', detector: detectors.iban() }],
    'answer',
    () => {},
  )
  const { body } = guardAnswer(
    {
      status: 200,
      headers: { 'content-type': 'text/event-stream' },
      body: (async function* () {
        yield Buffer.from(bytes)
      })(),
      begun() {},
      done() {},
    },
    { guard, provider: 'p', isStream: true, choices: 1, nowMs: () => 0, onWorked() {}, onRejected() {} },
  )
  let turns = 0
  let isOver = false
  const take = () => {
    turns++
    if (!isOver) setImmediate(take)
  }
  setImmediate(take)
  let passed = ''
  for await (const part of body) passed += Buffer.from(part).toString()
  isOver = true
  return { passed, turns }
}

const pieces = [...long.matchAll(/.{1,500}/gs)].map(([each], at) => `${each} ${at} `)
const call = (args: unknown) =>
  delta({ tool_calls: [{ index: 0, function: { arguments: JSON.stringify(args) } }] })
const note = (text: string) => `data: ${JSON.stringify({ note: text })}\n\n`

test.each([
  ['one text in the arguments of a tool', call({ note: long })],
  ['many texts in the arguments of a tool', call(pieces)],
  ['one long piece of an answer', token(long)],
  ['many pieces in one read', pieces.map(token).join('')],
  ['a citation', delta({ annotations: [{ title: long }] })],
  ['an event that is not a chunk', note(long)],
  ['many events that are not chunks', pieces.map(note).join('')],
])('%s', async (_, bytes) => {
  const short = await pass(role + token('nothing much') + finish + done)
  expect(short.turns).toBeLessThanOrEqual(1)
  const { passed, turns } = await pass(role + bytes + finish + done)
  expect(turns).toBeGreaterThanOrEqual(turnsOfLong)
  expect(passed).not.toContain('3704')
  expect(passed).toContain('[iban]')
  expect(passed.endsWith(done)).toBe(true)
  expect(events(passed).length).toBeGreaterThan(1)
})
