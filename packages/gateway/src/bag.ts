/**
 * Things that come and go with every call, in no order.
 *
 * Not a Set, nor a Map: V8 makes a new table for those after every few deletions and lets the old one point to it. Once one
 * table is old, the chain of all later ones outlives every young collection, and with it each call that was ever in them.
 */
export interface Placed {
  /** Where it lies, written by the bag; -1 when it lies in none. */
  place: number
}

export interface Bag<Item extends Placed> {
  readonly size: number
  add(item: Item): void
  /** Does nothing when it is not in it. */
  delete(item: Item): void
  /** Takes out as many, or all that there are. */
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
