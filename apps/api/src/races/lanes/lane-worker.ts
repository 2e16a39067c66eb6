/**
 * The lane thread: it reads the sockets of all lanes of all races, and does nothing else, so that SQL, JSON and viewers on
 * the main thread cannot delay a stamp.
 *
 * Events leave in batches: a message costs some microseconds on both sides, and 16 lanes at 500 tokens a second would send
 * 8,000. Viewers see a token so much later; its stamp is not touched by it.
 */
import { parentPort } from 'node:worker_threads'
import { createDesk } from './desk.ts'
import type { FromLaneThread, LaneEvent, ToLaneThread } from './messages.ts'
import { type Heat, runHeat } from './run-heat.ts'

const port = parentPort
if (!port) throw new Error('lane-worker.ts runs as a worker thread: start apps/api/src/main.ts.')

const batchMs = 4

const desk = createDesk()
const heats = new Map<string, Heat>()
let batches = new Map<string, LaneEvent[]>()

port.on('message', (message: ToLaneThread) => {
  switch (message.kind) {
    case 'run':
      void run(message.order.raceId, message)
      return
    case 'stop':
      heats.get(message.raceId)?.stop(message.lane, message.stop)
      return
  }
})

async function run(raceId: string, { order }: Extract<ToLaneThread, { kind: 'run' }>) {
  const heat = runHeat(order, {
    desk,
    random: Math.random,
    onGreenLight: (atNs) => post({ kind: 'green-light', raceId, atNs }),
    emit: (event) => batch(raceId, event),
  })
  heats.set(raceId, heat)
  const lateness = await heat.over
  heats.delete(raceId)
  sendBatches()
  post({ kind: 'over', raceId, lateness })
}

function batch(raceId: string, event: LaneEvent) {
  if (batches.size === 0) setTimeout(sendBatches, batchMs)
  const events = batches.get(raceId)
  if (events) events.push(event)
  else batches.set(raceId, [event])
}

function sendBatches() {
  const sending = batches
  batches = new Map()
  for (const [raceId, events] of sending) {
    // Lanes are parsed one after the other; on the tape they stand in the order of their stamps. The sort is stable.
    events.sort((a, b) => a.at - b.at)
    post({ kind: 'events', raceId, events })
  }
}

function post(message: FromLaneThread) {
  port?.postMessage(message)
}
