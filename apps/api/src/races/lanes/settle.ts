/**
 * From the last lane's arrival at the start line to the light. Opening the connections and building the requests left work to be
 * done: the gateway accepts, this process collects and compiles. On two cores that is in the way of requests that leave now,
 * and is over some milliseconds later.
 *
 * The last of them is gone by turning, which keeps this core awake: after 25 ms of sleep the lanes took three times as long to
 * leave as without a pause.
 */
const quietMs = 3
const awakeNs = 1_000_000n

export function settle(go: () => void, nowNs: () => bigint): void {
  setTimeout(() => {
    const untilNs = nowNs() + awakeNs
    const turn = () => {
      if (nowNs() < untilNs) setImmediate(turn)
      else go()
    }
    turn()
  }, quietMs)
}
