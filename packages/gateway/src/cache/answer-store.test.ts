import { expect, test } from 'vitest'
import { createAnswerStore } from './answer-store.ts'

const answer = (bytes: number) => ({
  bytes: Buffer.alloc(bytes),
  contentType: '',
  target: { name: 'm', provider: 'custom' as const, upstreamModel: 'm' },
})

test('those unused for the longest time are dropped, by number and by bytes', () => {
  const store = createAnswerStore(() => 0)
  const kept = () => ['a', 'b', 'c', 'd'].filter((key) => store.find(key))
  const bounds = { ttlMs: 1, entriesMax: 3, bytesMax: 10_000 }
  for (const key of ['a', 'b', 'c']) store.put(key, answer(1_000), bounds)
  store.find('a')
  store.put('d', answer(1_000), bounds)
  expect(kept()).toEqual(['a', 'c', 'd'])
  store.put('b', answer(7_000), { ...bounds, entriesMax: 4 })
  expect(kept()).toEqual(['b', 'd'])
})

test('an answer that replaces another is counted once', () => {
  const store = createAnswerStore(() => 0)
  const bounds = { ttlMs: 1, entriesMax: 3, bytesMax: 10_000 }
  for (const key of ['a', 'b', 'b', 'b']) store.put(key, answer(4_000), bounds)
  expect(store.find('a')).not.toBeNull()
})
