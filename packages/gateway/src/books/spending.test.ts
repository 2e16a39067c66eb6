import { expect, test } from 'vitest'
import { toCount, toSubject } from './spending.ts'

test('budgets with the same question share its answer, however it is written', () => {
  const count = toCount(['caller', 'tag:agent'], 'day')
  expect(toCount(['tag:Agent', 'caller', 'caller'], 'day')).toEqual(count)
  expect(toCount(['caller', 'tag:agent'], 'hour').name).not.toBe(count.name)
})

test('a call that lacks one of the values is not counted', () => {
  const who = { caller: 'a', tenant: null, tags: { agent: 'x' } }
  expect(toSubject(toCount(['caller', 'tag:agent'], 'day'), who)).toBe('["a","x"]')
  for (const part of ['tenant', 'tag:team', 'tag:constructor'] as const) {
    expect(toSubject(toCount(['caller', part], 'day'), who)).toBeNull()
  }
})
