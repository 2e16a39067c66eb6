/** Long texts are guarded like short ones, and no other call waits for them. */
import { expect, test, vi } from 'vitest'
import { createEmail } from './detectors/email.ts'
import { editInTurns } from './edit-in-turns.ts'
import { type EditText, editTexts } from './edit-texts.ts'
import { createTextGuard } from './text-guard.ts'
import { createTurns } from './turns.ts'

const guard = createTextGuard(
  [{ name: 'mails', action: 'mask', detector: createEmail() }],
  'request',
  () => {},
)
const long = 'write to me@example.com or to you@example.com '.repeat(4_000)
const body = {
  messages: [
    { content: long },
    { content: 'short' },
    { tool_calls: [{ function: { arguments: JSON.stringify({ to: long }) } }] },
  ],
}

test('a long text is masked like the whole, and so is one inside the arguments of a tool', async () => {
  const inOneGo: EditText = (text, { isJson }) => (isJson ? guard.editJson(text) : guard.edit(text))
  const edited = await editInTurns(guard, createTurns(), (edit) => editTexts(body, edit))
  expect(edited).toEqual(editTexts(body, inOneGo))
  expect(JSON.stringify(edited)).not.toContain('@')
})

test('others have their turn after every 16 Ki characters, however they are spread over texts', async () => {
  let turns = 0
  const texts = Array.from({ length: 1_000 }, (_, at) => `${at}`.padStart(164, '.'))
  await editInTurns(
    guard,
    createTurns(() => void turns++),
    (edit) => editTexts(texts, edit),
  )
  expect(turns).toBe(Math.floor(164_000 / 16_384))
})

test('a text that occurs many times is checked once', async () => {
  const edit = vi.fn(guard.edit)
  const texts = Array.from({ length: 500 }, () => 'to me@example.com ')
  const edited = await editInTurns({ ...guard, edit }, createTurns(), (walk) => editTexts(texts, walk))
  expect(edited).toEqual(texts.map((text) => guard.edit(text)))
  expect(edit).toHaveBeenCalledOnce()
})

test('what is short is guarded in one go, and what is not masked stays the same value', async () => {
  const same = { content: 'nothing to see' }
  const fail = () => expect.fail('a turn was given away')
  expect(await editInTurns(guard, createTurns(fail), (edit) => editTexts(same, edit))).toBe(same)
})

test('is given up when its caller is gone', async () => {
  const signal = AbortSignal.abort(new Error('gone'))
  const giveUp = () => signal.throwIfAborted()
  await expect(editInTurns(guard, createTurns(giveUp), (edit) => editTexts(body, edit))).rejects.toThrow(
    'gone',
  )
})

test('a long list of items of many types is walked in a time that grows with its length', () => {
  let reads = 0
  const items = Array.from({ length: 1_000 }, (_, index) => ({
    get type() {
      reads++
      return `type-${index}`
    },
  }))
  editTexts(items, (text) => text)
  expect(reads).toBeLessThan(10_000)
})
