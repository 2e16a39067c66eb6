import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { answerStarting } from './answer-starting.ts'

async function ask(where: string, init: RequestInit = {}) {
  const server = createServer(answerStarting).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${where}`, init)
}

test.each([
  ['GET', '/api/health'],
  ['POST', '/api/race'],
])(
  '%s %s is refused in the form of every error of the API, and told when to come back',
  async (method, where) => {
    const response = await ask(where, { method })
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toBe('1')
    expect(response.headers.get('content-type')).toMatch(/^application\/json/)
    expect(await response.json()).toEqual({ error: { code: 'starting', message: expect.any(String) } })
  },
)

test('a page is told in words', async () => {
  const response = await ask('/history')
  expect(response.status).toBe(503)
  expect(response.headers.get('retry-after')).toBe('1')
  expect(await response.text()).toBe('The app is starting. Try again in a second.\n')
})
