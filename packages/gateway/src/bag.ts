/**
 * Items that come and go with every call, in no order.
 *
 * Not a Set or a Map: V8 makes a new table for those after every few deletions, and the old table points to it. Once
 * one table is in the old generation, no young collection frees the chain of later tables, nor any call that was ever
 * in them.
 */
export interface Placed {
  /** Its index in the bag, written by the bag; -1 when it is in none. */
  place: number
}

export interface Bag<Item extends Placed> {
  readonly size: number
  add(item: Item): void
  /** Does nothing when the item is not in the bag. */
  delete(item: Item): void
  /** Takes out so many items, or all if there are fewer. */
  take(max: number): Item[]
  list(): readonly Item[]
}

export function createBag<Item extends Placed>(): Bag<Item> {
  const items: Item[] = []
  return {
    get size() {
      return items.length
    },
    add(item) {
      item.place = items.push(item) - 1
    },
    delete(item) {
      if (item.place === -1) return
      const last = items.pop()!
      if (last !== item) {
        items[item.place] = last
        last.place = item.place
      }
      item.place = -1
    },
    take(max) {
      const taken = items.splice(Math.max(0, items.length - max))
      for (const item of taken) item.place = -1
      return taken
    },
    list: () => [...items],
  }
}
