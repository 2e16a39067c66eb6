import { expect, test } from 'vitest'
import { readJson } from './read-json.ts'

const read = (answer: Response | Error) =>
  readJson('/api/health', {}, async () => {
    if (answer instanceof Error) throw answer
    return answer
  })

test('gives the JSON of an answer, and null for a 204', async () => {
  expect(await read(Response.json({ status: 'ok' }))).toEqual({ status: 'ok' })
  expect(await read(new Response(null, { status: 204 }))).toBeNull()
})

test('says what the app says of a refusal, and what to do when it does not answer', async () => {
  const error = { code: 'busy', message: 'Ask later.' }
  await expect(read(Response.json({ error }, { status: 503 }))).rejects.toMatchObject(error)
  await expect(read(new TypeError('fetch failed'))).rejects.toMatchObject({ code: 'unreachable', status: 0 })
})

test('an answer that breaks off is none, unless the caller ended it', async () => {
  const cause = new TypeError('network error')
  const broken = async () => new Response(new ReadableStream({ start: (body) => body.error(cause) }))
  await expect(readJson('/api/health', {}, broken)).rejects.toMatchObject({ code: 'unreachable', status: 0 })
  await expect(readJson('/api/health', { signal: AbortSignal.abort() }, broken)).rejects.toBe(cause)
})

test.each([200, 502])('names the page of a proxy by its status, %i', async (status) => {
  await expect(read(new Response('<html>', { status }))).rejects.toMatchObject({
    code: 'foreign_answer',
    status,
    message: `The app answered ${status} in a form it does not use. Is something else in front of it?`,
  })
})
