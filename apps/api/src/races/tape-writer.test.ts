import { pino } from 'pino'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { TapePart } from '../history/tape-parts.ts'
import { createTape } from './tape.ts'
import { createTapeWriter } from './tape-writer.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A writer of a tape whose first event is written already. `writes` are all attempts, as first and last event. */
function setUp(write: (part: TapePart) => Promise<void> = async () => {}) {
  const tape = createTape()
  const writes: [number, number][] = []
  const attempt = (part: TapePart) => {
    writes.push([part.fromSeq, part.toSeq])
    return write(part)
  }
  const writer = createTapeWriter(tape, attempt, pino({ enabled: false }))
  const append = () => {
    tape.append({ type: 'lane-start', at: 0, lane: 0 })
    writer.touch()
  }
  tape.append({ type: 'lane-start', at: 0, lane: 0 })
  return { writer, writes, append }
}

test('what comes while a part is written is written after it, though nothing more comes', async () => {
  const first = Promise.withResolvers<void>()
  const { writes, append } = setUp(({ fromSeq }) => (fromSeq === 1 ? first.promise : Promise.resolve()))
  append()
  await vi.advanceTimersByTimeAsync(150)
  append()
  first.resolve()
  await vi.advanceTimersByTimeAsync(150)
  expect(writes).toEqual([
    [1, 1],
    [2, 2],
  ])
})

test('after a write that succeeded, the next is as soon as ever', async () => {
  let failures = 3
  const { writes, append } = setUp(async () => {
    if (failures-- > 0) throw new Error('the disk is full')
  })
  append()
  await vi.advanceTimersByTimeAsync(150 + 300 + 600 + 1_200)
  expect(writes).toHaveLength(4)
  append()
  await vi.advanceTimersByTimeAsync(150)
  expect(writes.at(-1)).toEqual([2, 2])
})

test('what is handed over at the end is not written here too', async () => {
  const { writer, writes, append } = setUp()
  append()
  expect(await writer.finish()).toMatchObject({ fromSeq: 1, toSeq: 1 })
  append()
  await vi.advanceTimersByTimeAsync(10_000)
  expect(writes).toEqual([])
})
