import { EventEmitter } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { readBody } from './read-body.ts'
import { collectGarbage } from './testing/collect-garbage.ts'

test('of a body whose length alone is too large nothing is kept', async () => {
  const headers = { 'content-length': '2000000' }
  const request = Object.assign(new EventEmitter(), { headers, destroyed: false })
  const refused = readBody(request as unknown as IncomingMessage, 1_000_000)
  await expect(refused).rejects.toMatchObject({ code: 'request_too_large' })
  const parts = Array.from({ length: 3 }, () => send(request))
  await setImmediate()
  collectGarbage()
  expect(parts.map((part) => part.deref())).toEqual([undefined, undefined, undefined])
  request.emit('end')
})

test('of a body that came in parts only the whole is kept', async () => {
  const request = Object.assign(new EventEmitter(), { headers: {}, destroyed: false })
  const read = readBody(request as unknown as IncomingMessage, 1_000_000)
  const parts = Array.from({ length: 3 }, () => send(request))
  request.emit('end')
  expect(await read).toHaveLength(300_000)
  await setImmediate()
  collectGarbage()
  expect(parts.map((part) => part.deref())).toEqual([undefined, undefined, undefined])
  expect(request.listenerCount('data')).toBe(1)
})

function send(request: EventEmitter, bytes = 100_000): WeakRef<Buffer> {
  const part = Buffer.alloc(bytes)
  request.emit('data', part)
  return new WeakRef(part)
}

test('a body of unknown length is refused with an answer, however large the bound is, and nothing of it is kept', async () => {
  const request = Object.assign(new EventEmitter(), {
    ...{ headers: {}, destroyed: false },
    destroy: () => request.emit('close'),
  })
  const refused = readBody(request as unknown as IncomingMessage, 70_000_000)
  const parts = Array.from({ length: 8 }, () => send(request, 10_000_000))
  await expect(refused).rejects.toMatchObject({ code: 'request_too_large' })
  await setImmediate()
  collectGarbage()
  expect(parts.map((part) => part.deref())).toEqual(Array(8).fill(undefined))
})
