import { LaneEntry, RaceRequest } from '@drag-race/contracts'
import { afterEach, expect, test } from 'vitest'
import { collectGarbage } from '../../testing/collect-garbage.ts'
import { type FakeGateway, type FakeModel, startFakeGateway } from '../../testing/fake-gateway.ts'
import { createDesk } from './desk.ts'
import { type LaneEvent, type LanesOrder, laneLimits } from './messages.ts'
import { runLanes } from './run-lanes.ts'

let gateway: FakeGateway
afterEach(() => gateway.close())

const desk = createDesk()

/** A race of one lane, and what is left of it: its order, which everything of a race can reach. */
async function race(model: FakeModel, { stream = true, coldStart = false, stopAt = '' } = {}) {
  gateway = await startFakeGateway({ m: model })
  const order: LanesOrder = {
    raceId: 'r',
    request: RaceRequest.parse({
      prompt: 'What is a drag race?',
      lanes: [{ model: 'm', stream }],
      coldStart,
    }),
    lanes: [LaneEntry.parse({ lane: 0, model: 'm', stream, provider: null, simulated: false })],
    gateway: { url: gateway.url, apiKey: null, isOwn: false },
    limits: laneLimits,
  }
  const events: LaneEvent[] = []
  const lanes = runLanes(order, {
    desk,
    random: () => 0,
    onGreenLight() {},
    emit(event) {
      events.push(event)
      if (event.type === stopAt) lanes.stop(null, { code: 'stopped', message: 'Stopped.' })
    },
  })
  if (stopAt === 'nothing yet') lanes.stop(null, { code: 'stopped', message: 'Stopped.' })
  await lanes.over
  return { left: new WeakRef(order), end: events.at(-1) }
}

const answers: FakeModel = (call) => {
  call.answer('Four.')
  call.finish()
}

test.each([
  ['streamed', 'done', () => race(answers)],
  ['started cold', 'done', () => race(answers, { coldStart: true })],
  [
    'did not stream',
    'done',
    () => race((call) => call.json(200, { choices: [{ message: { content: 'Four.' } }] }), { stream: false }),
  ],
  ['was refused', 'error', () => race((call) => call.json(429, { error: { message: 'Slow down.' } }))],
  ['was cut', 'error', () => race((call) => void call.response.socket?.destroy())],
  ['was stopped in its answer', 'error', () => race((call) => call.answer('Four.'), { stopAt: 'token' })],
  ['was stopped before the light', 'error', () => race(answers, { stopAt: 'nothing yet' })],
])('of a lane that %s nothing is kept', async (_what, end, run) => {
  const raced = await run()
  expect(raced.end?.type).toBe(end)
  const collected = () => {
    collectGarbage()
    return raced.left.deref() === undefined
  }
  await expect.poll(collected).toBe(true)
})
