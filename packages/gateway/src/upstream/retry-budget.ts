/**
 * How many retries a target may still get: at most a fifth of the calls that it got in the last ten seconds, so that an
 * outage is not multiplied, and always a few, so that a quiet gateway retries too.
 */
export interface RetryBudget {
  /** A call went to the target, as its first try. */
  noteCall(nowMs: number): void
  /** True when one more retry is allowed; it is then spent. */
  take(nowMs: number): boolean
  /** How many more would be allowed now. */
  left(nowMs: number): number
}

const shareOfCalls = 0.2
const retriesAlways = 3
const windowS = 10

export function createRetryBudget(): RetryBudget {
  // One slot a second: ten, however many calls there are.
  const slots = Array.from({ length: windowS }, () => ({ second: -1, calls: 0, retries: 0 }))

  const slotAt = (second: number) => {
    const slot = slots[second % windowS]!
    if (slot.second !== second) Object.assign(slot, { second, calls: 0, retries: 0 })
    return slot
  }
  const left = (second: number) => {
    const recent = slots.filter((slot) => slot.second > second - windowS)
    const calls = recent.reduce((sum, slot) => sum + slot.calls, 0)
    const retries = recent.reduce((sum, slot) => sum + slot.retries, 0)
    return Math.max(0, Math.max(retriesAlways, Math.floor(calls * shareOfCalls)) - retries)
  }
  return {
    noteCall(nowMs) {
      slotAt(Math.floor(nowMs / 1000)).calls++
    },
    take(nowMs) {
      const second = Math.floor(nowMs / 1000)
      if (left(second) === 0) return false
      slotAt(second).retries++
      return true
    },
    left: (nowMs) => left(Math.floor(nowMs / 1000)),
  }
}
