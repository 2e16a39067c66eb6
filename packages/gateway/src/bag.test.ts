import { array, assert, boolean, nat, property, tuple } from 'fast-check'
import { expect, test } from 'vitest'
import { createBag, type Placed } from './bag.ts'

interface Item extends Placed {
  name: number
}

test('holds what was put in and not taken out, as a set would', () => {
  assert(
    property(array(tuple(nat(9), boolean())), (steps) => {
      const items = Array.from({ length: 10 }, (_, name): Item => ({ name, place: -1 }))
      const bag = createBag<Item>()
      const set = new Set<Item>()
      for (const [name, isAdded] of steps) {
        const item = items[name]!
        if (isAdded && !set.has(item)) {
          bag.add(item)
          set.add(item)
        } else if (!isAdded) {
          bag.delete(item)
          set.delete(item)
        }
        expect(bag.size).toBe(set.size)
        expect(new Set(bag.list())).toEqual(set)
        for (const each of items) expect(each.place === -1).toBe(!set.has(each))
      }
    }),
  )
})

test('items that are taken are no longer in it, and can be put back', () => {
  const bag = createBag<Item>()
  const items = [1, 2, 3].map((name): Item => ({ name, place: -1 }))
  for (const item of items) bag.add(item)
  const taken = bag.take(2)
  expect(taken).toHaveLength(2)
  expect(bag.size).toBe(1)
  for (const item of taken) bag.delete(item)
  expect(bag.size).toBe(1)
  for (const item of taken) bag.add(item)
  expect(
    bag
      .take(9)
      .map(({ name }) => name)
      .sort(),
  ).toEqual([1, 2, 3])
  expect(bag.size).toBe(0)
})
