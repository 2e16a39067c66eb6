import { expect, test } from 'vitest'
import { createDesk } from './desk.ts'

function deskWithTurns() {
  const turns: (() => void)[] = []
  const done: string[] = []
  const whole = createDesk((go) => turns.push(go))
  const failed = (error: unknown) => void done.push(`failed: ${(error as Error).message}`)
  const desk = {
    lay: (stampNs: bigint, work: () => void) => whole.lay(stampNs, work, failed),
    get oldestNs() {
      return whole.oldestNs
    },
  }
  return { desk, done, turn: () => turns.shift()?.(), open: () => turns.length }
}

test('does one piece of work a turn, in the order in which it was laid down', () => {
  const { desk, done, turn, open } = deskWithTurns()
  for (const name of ['a', 'b', 'c']) desk.lay(0n, () => done.push(name))
  expect(done).toEqual([])
  for (const seen of [['a'], ['a', 'b'], ['a', 'b', 'c']]) {
    expect(open()).toBe(1)
    turn()
    expect(done).toEqual(seen)
  }
  expect(open()).toBe(0)
})

test('work that is laid down by work comes after what was there', () => {
  const { desk, done, turn } = deskWithTurns()
  desk.lay(0n, () => desk.lay(0n, () => done.push('late')))
  desk.lay(0n, () => done.push('early'))
  for (let count = 0; count < 3; count++) turn()
  expect(done).toEqual(['early', 'late'])
})

test('work that throws fails for the one who laid it down, and the rest is done', () => {
  const { desk, done, turn } = deskWithTurns()
  desk.lay(0n, () => {
    throw new Error('unreadable')
  })
  desk.lay(0n, () => done.push('next'))
  for (let count = 0; count < 2; count++) turn()
  expect(done).toEqual(['failed: unreadable', 'next'])
})

test('knows the oldest stamp that still lies there', () => {
  const { desk, turn } = deskWithTurns()
  expect(desk.oldestNs).toBeNull()
  for (const stampNs of [5n, 3n, 8n]) desk.lay(stampNs, () => {})
  const seen = [desk.oldestNs]
  for (let count = 0; count < 3; count++) {
    turn()
    seen.push(desk.oldestNs)
  }
  expect(seen).toEqual([3n, 3n, 8n, null])
})
