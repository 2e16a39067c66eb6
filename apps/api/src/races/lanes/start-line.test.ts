import { expect, test } from 'vitest'
import { createStartLine } from './start-line.ts'

/** Lanes 0, 1, 2 at a line; `left` is the order in which they left, `staged` which of them were staged at the light. */
function threeLanes(random: () => number) {
  const ready: number[] = []
  const staged: number[] = []
  const left: (number | 'green')[] = []
  const line = createStartLine(3, random, () => {
    staged.push(...ready)
    left.push('green')
  })
  const places = [0, 1, 2].map(() => line.join())
  const arrive = async (lane: number) => {
    await places[lane]!.ready({ stage: () => ready.push(lane), leave: () => left.push(lane) })
  }
  return { staged, left, places, arrive }
}

test('no lane leaves before the last has arrived, then all do in one tick', async () => {
  const { staged, left, arrive } = threeLanes(() => 0.99)
  const first = [arrive(0), arrive(1)]
  await new Promise(setImmediate)
  expect(left).toEqual([])
  const last = arrive(2)
  // Timers and sockets get no turn in between.
  await new Promise<void>((resolve) => process.nextTick(resolve))
  expect(left).toEqual(['green', 0, 1, 2])
  expect(staged).toEqual([0, 1, 2])
  await Promise.all([...first, last])
})

test('a lane that will not start is not waited for, and counts once', async () => {
  const { left, places, arrive } = threeLanes(() => 0.99)
  const going = arrive(0)
  places[1]!.leave()
  places[1]!.leave()
  await new Promise(setImmediate)
  expect(left).toEqual([])
  places[2]!.leave()
  await going
  expect(left).toEqual(['green', 0])
})

test('the order is drawn: each lane is first about as often', async () => {
  const firsts = [0, 0, 0]
  let seed = 7
  const random = () => {
    seed = (seed * 48_271) % 2_147_483_647
    return seed / 2_147_483_647
  }
  for (let heat = 0; heat < 900; heat++) {
    const { left, arrive } = threeLanes(random)
    await Promise.all([0, 1, 2].map(arrive))
    firsts[left[1] as number]!++
  }
  for (const count of firsts) expect(Math.abs(count - 300)).toBeLessThan(60)
})
