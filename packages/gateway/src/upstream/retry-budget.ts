/**
 * How many retries a target may still get: a fifth of the calls that it got in the last ten seconds, so that retries do
 * not multiply the load in an outage, but always three, so that a gateway with few calls retries too.
 */
export interface RetryBudget {
  /** A call was sent to the target; its retries there are not counted as calls. */
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
  // One slot for each second: ten in all, however many calls there are.
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
