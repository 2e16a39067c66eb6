import type { ApiError, Prompt } from '@drag-race/contracts'
import pino from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import type { AppContext } from '../app-context.ts'
import { openDatabase } from '../history/open-database.ts'
import { serveRoutes } from '../testing/serve-routes.ts'
import { createPromptRoutes } from './index.ts'
import { promptLibrary } from './library.ts'
import { findPrompt, ownPromptsMax } from './store.ts'

async function startApp() {
  const db = await openDatabase(':memory:')
  onTestFinished(() => db.destroy())
  let nowMs = 0
  const context: AppContext = {
    db,
    log: pino({ level: 'silent' }),
    gateway: { url: '', metricsUrl: '', isDefaultAddress: true, apiKey: null },
    now: () => new Date(nowMs++),
    nowMs: () => 0,
  }
  const url = `${await serveRoutes(createPromptRoutes(context))}/prompts`

  async function send<Answer>(method: string, path = '', body?: unknown) {
    const response = await fetch(url + path, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, headers: response.headers, body: JSON.parse(text || 'null') as Answer }
  }
  return { db, send }
}

const haiku = { title: 'Haiku', category: 'writing', text: 'Write a haiku.' }

test('the library comes first, then the own prompts in the order in which they were written', async () => {
  const { send } = await startApp()
  await send('POST', '', { ...haiku, title: 'First' })
  await send('POST', '', { ...haiku, title: 'Second' })
  const { body } = await send<Prompt[]>('GET')
  expect(body.slice(0, promptLibrary.length)).toEqual(promptLibrary)
  expect(body.slice(promptLibrary.length).map(({ title, isBuiltIn }) => [title, isBuiltIn])).toEqual([
    ['First', false],
    ['Second', false],
  ])
})

test('a prompt is written, changed, found and deleted', async () => {
  const { db, send } = await startApp()
  const { status, headers, body: prompt } = await send<Prompt>('POST', '', { ...haiku, title: '  Haiku ' })
  expect(status).toBe(201)
  expect(prompt).toEqual({ ...haiku, id: expect.any(String), isBuiltIn: false })
  expect(headers.get('location')).toBe(`/api/prompts/${prompt.id}`)

  const changed = await send<Prompt>('PUT', `/${prompt.id}`, { ...haiku, text: 'Write two.' })
  expect(changed).toMatchObject({ status: 200, body: { id: prompt.id, text: 'Write two.' } })
  expect(await findPrompt(db, prompt.id)).toEqual(changed.body)

  expect((await send('DELETE', `/${prompt.id}`)).status).toBe(204)
  expect(await findPrompt(db, prompt.id)).toBeNull()
  expect((await send('DELETE', `/${prompt.id}`)).status).toBe(404)
  expect((await send('PUT', `/${prompt.id}`, haiku)).status).toBe(404)
})

test('what ships with the app is found, and refuses to be changed or deleted', async () => {
  const { db, send } = await startApp()
  const shipped = promptLibrary[0]
  expect(await findPrompt(db, shipped?.id ?? '')).toEqual(shipped)
  for (const method of ['PUT', 'DELETE']) {
    const { status, body } = await send<ApiError>(method, `/${shipped?.id}`, haiku)
    expect(status).toBe(403)
    expect(body.error.code).toBe('built_in_prompt')
    expect(body.error.message.includes('Copy it')).toBe(method === 'PUT')
  }
  expect((await send<Prompt[]>('GET')).body).toEqual(promptLibrary)
})

test.each([
  [{ ...haiku, title: '  ' }, 'title'],
  [{ ...haiku, category: '' }, 'category'],
  [{ ...haiku, text: ' \n ' }, 'text'],
  [{ title: 'Haiku', category: 'writing' }, 'text'],
  [{ ...haiku, isBuiltIn: true }, 'isBuiltIn'],
  [{ ...haiku, title: 'x'.repeat(121) }, 'title'],
])('a prompt with a fault is refused and the fault is named: %j', async (input, path) => {
  const { send } = await startApp()
  const { status, body } = await send<ApiError>('POST', '', input)
  expect(status).toBe(400)
  expect(body.error.details?.map((detail) => detail.path)).toEqual([path])
})

test('no body is refused', async () => {
  const { send } = await startApp()
  expect((await send('POST')).status).toBe(400)
})

test('the number of prompts is limited, also when two are written at once', async () => {
  const { db, send } = await startApp()
  const rows = Array.from({ length: ownPromptsMax - 1 }, (_, index) => ({
    ...haiku,
    id: `own-${index}`,
    created_at: '2026-01-01T00:00:00Z',
  }))
  for (let from = 0; from < rows.length; from += 500) {
    await db
      .insertInto('prompts')
      .values(rows.slice(from, from + 500))
      .execute()
  }
  const answers = await Promise.all([send<ApiError>('POST', '', haiku), send<ApiError>('POST', '', haiku)])
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 409])
  expect(answers.find(({ status }) => status === 409)?.body.error.code).toBe('too_many_prompts')
  const { body } = await send<Prompt[]>('GET')
  expect(body).toHaveLength(promptLibrary.length + ownPromptsMax)
})

test('every prompt of the library has an id of its own', () => {
  expect(new Set(promptLibrary.map(({ id }) => id)).size).toBe(promptLibrary.length)
})
