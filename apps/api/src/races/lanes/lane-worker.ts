/**
 * The lane thread: it reads the sockets of all lanes of all races, and does nothing else, so that SQL, JSON and viewers
 * on the main thread cannot delay a stamp.
 *
 * Events are sent to the main thread in batches, and so is the green light: a message wakes the main thread, its
 * database and every viewer, and on two cores they are in the way of the next token. Viewers see a token that much
 * later; its stamp stays the same.
 */
import { parentPort } from 'node:worker_threads'
import { createDesk } from './desk.ts'
import type { FromLaneThread, LaneEvent, ToLaneThread } from './messages.ts'
import { type RunningLanes, runLanes } from './run-lanes.ts'

const port = parentPort
if (!port) throw new Error('lane-worker.ts runs as a worker thread: start apps/api/src/main.ts.')

/** A frame of the screen, which is not drawn more often anyway. */
const batchMs = 16

const desk = createDesk()
const running = new Map<string, RunningLanes>()
const batches = new Map<string, Batch>()
let isScheduled = false

interface Batch {
  /** The green light, if the main thread has not been told of it yet. */
  greenLightNs: bigint | null
  events: LaneEvent[]
}

port.on('message', (message: ToLaneThread) => {
  switch (message.kind) {
    case 'run':
      void run(message.order.raceId, message)
      return
    case 'stop':
      running.get(message.raceId)?.stop(message.lane, message.stop)
      return
  }
})

async function run(raceId: string, { order }: Extract<ToLaneThread, { kind: 'run' }>) {
  const lanes = runLanes(order, {
    desk,
    random: Math.random,
    onGreenLight(atNs) {
      batchOf(raceId).greenLightNs = atNs
    },
    emit(event) {
      batchOf(raceId).events.push(event)
    },
  })
  running.set(raceId, lanes)
  const lateness = await lanes.over
  // All work of this race is done, so its events need not wait for that of other races.
  send(raceId, Number.POSITIVE_INFINITY)
  running.delete(raceId)
  post({ kind: 'over', raceId, lateness })
}

/** The race's batch, which is sent at the next timer. */
function batchOf(raceId: string): Batch {
  schedule()
  const known = batches.get(raceId)
  if (known) return known
  const batch: Batch = { greenLightNs: null, events: [] }
  batches.set(raceId, batch)
  return batch
}

function schedule() {
  if (isScheduled) return
  isScheduled = true
  setTimeout(sendBatches, batchMs)
}

/**
 * Lanes are parsed one after the other, but on the tape their events are in the order of their stamps. So an event that
 * is younger than bytes that have arrived and are not parsed yet waits for the next batch. The sort is stable.
 */
function sendBatches() {
  isScheduled = false
  const { oldestNs } = desk
  for (const raceId of batches.keys()) {
    const lanes = running.get(raceId)
    send(raceId, oldestNs === null || !lanes ? Number.POSITIVE_INFINITY : lanes.at(oldestNs))
  }
  if (batches.size > 0) schedule()
}

function send(raceId: string, upToMs: number) {
  const batch = batches.get(raceId)
  if (!batch) return
  const { greenLightNs, events } = batch
  if (greenLightNs !== null) post({ kind: 'green-light', raceId, atNs: greenLightNs })
  batch.greenLightNs = null
  events.sort((a, b) => a.at - b.at)
  const young = events.findIndex(({ at }) => at > upToMs)
  const ready = events.splice(0, young === -1 ? events.length : young)
  if (ready.length > 0) post({ kind: 'events', raceId, events: ready })
  if (events.length === 0) batches.delete(raceId)
}

function post(message: FromLaneThread) {
  port?.postMessage(message)
}
