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
