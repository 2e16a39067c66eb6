import { expect, onTestFinished, test, vi } from 'vitest'
import { createTape } from './tape.ts'

test('a wait that timed out leaves no listener behind: the next event ends only the wait that still runs', async () => {
  vi.useFakeTimers()
  onTestFinished(() => {
    vi.useRealTimers()
  })
  const tape = createTape()
  const leaving = new AbortController()
  const ended = vi.spyOn(leaving.signal, 'removeEventListener')
  const pages = tape.follow(-1, { signal: leaving.signal, idleMs: 10 })
  for (let idle = 0; idle < 3; idle++) {
    const page = pages.next()
    await vi.advanceTimersByTimeAsync(10)
    expect(await page).toMatchObject({ value: { lines: [] } })
  }
  const page = pages.next()
  tape.append({ type: 'token', at: 1, lane: 0, content: 'a', kind: 'answer' })
  expect(await page).toMatchObject({ value: { fromSeq: 0 } })
  expect(ended).toHaveBeenCalledTimes(4)
})

test('is full at so many bytes of UTF-8, in which an import counts too', () => {
  const tape = createTape({ eventsMax: 1_000, bytesMax: 3_000 })
  // A letter of three bytes: 900 letters are 2,700 bytes, and the rest of the event some 70.
  tape.append({ type: 'token', at: 1, lane: 0, content: '語'.repeat(900), kind: 'answer' })
  expect(tape.isFull).toBe(false)
  tape.append({ type: 'token', at: 2, lane: 0, content: '語'.repeat(100), kind: 'answer' })
  expect(tape.isFull).toBe(true)
})

test('a page of long events has few of them, so that a viewer who reads slowly holds little', async () => {
  const tape = createTape()
  const content = 'x'.repeat(40_000)
  for (let at = 0; at < 10; at++) tape.append({ type: 'token', at, lane: 0, content, kind: 'answer' })
  tape.end()
  const places: [fromSeq: number, lines: number][] = []
  const pages = tape.follow(-1, { signal: new AbortController().signal, idleMs: 10_000 })
  for await (const { fromSeq, lines } of pages) places.push([fromSeq, lines.length])
  expect(places).toEqual([0, 2, 4, 6, 8].map((fromSeq) => [fromSeq, 2]))
})
