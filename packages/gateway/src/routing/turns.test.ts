import { expect, test } from 'vitest'
import type { VirtualModelConfig } from '../config/virtual-models.ts'
import { createTurns } from './turns.ts'

test('each virtual model has its own turn, even with the targets of another', () => {
  const turns = createTurns()
  const inTurn = (name: string) => {
    const strategy = { kind: 'roundRobin', targets: [{ model: 'a' }, { model: 'b' }] }
    return { name, strategy } as Pick<VirtualModelConfig, 'name' | 'strategy'>
  }
  const [v, w] = [inTurn('v'), inTurn('w')]
  expect([turns.take(v), turns.take(w), turns.take(v)]).toEqual([0, 0, 1])
})
