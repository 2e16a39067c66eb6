import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createBodyQueue } from './body-queue.ts'

function createQueue() {
  const said: string[] = []
  const queue = createBodyQueue({
    onWaiting: () => said.push('waiting'),
    onDrained: () => said.push('drained'),
    onAbandoned: () => said.push('abandoned'),
  })
  return { queue, said }
}

const text = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString()

test('what came in one turn comes out in one piece, and the end after it', async () => {
  const { queue, said } = createQueue()
  const pieces: string[] = []
  const reading = (async () => {
    for await (const bytes of queue) pieces.push(text(bytes))
  })()
  await Promise.resolve()
  queue.push(Buffer.from('a'))
  queue.push(Buffer.from('b'))
  queue.end()
  await reading
  expect(pieces).toEqual(['ab'])
  expect(said).toEqual(['waiting'])
})

test('an empty part is none: the relay goes on waiting', async () => {
  const { queue } = createQueue()
  const next = queue[Symbol.asyncIterator]().next()
  expect(queue.push(Buffer.alloc(0))).toBe(false)
  await setImmediate()
  queue.push(Buffer.from('a'))
  expect(text((await next).value)).toBe('a')
})

test('what arrived before a failure is still read', async () => {
  const { queue } = createQueue()
  queue.push(Buffer.from('a'))
  queue.fail(new Error('broken off'))
  const pieces: string[] = []
  const reading = (async () => {
    for await (const bytes of queue) pieces.push(text(bytes))
  })()
  await expect(reading).rejects.toThrow('broken off')
  expect(pieces).toEqual(['a'])
})

test('says when it is full, and when there is room again', async () => {
  const { queue, said } = createQueue()
  expect(queue.push(Buffer.alloc(200_000))).toBe(false)
  expect(queue.push(Buffer.alloc(62_144))).toBe(true)
  for await (const bytes of queue) {
    expect(bytes.length).toBe(256 * 1024)
    break
  }
  expect(said).toEqual(['drained', 'abandoned'])
})

test('leaving after the end does not count as abandoned', async () => {
  const { queue, said } = createQueue()
  queue.push(Buffer.from('a'))
  queue.end()
  for await (const _ of queue) break
  expect(said).toEqual([])
})
