/**
 * The main thread's end of the lane thread. If the thread dies, its races are told, and the next race gets a new one.
 */
import { Worker } from 'node:worker_threads'
import type { Logger } from 'pino'
import { toLaneHeap } from './lane-heap.ts'
import type { Lateness } from './lanes/lateness.ts'
import type { FromLaneThread, LaneEvent, LaneStop, LanesOrder, ToLaneThread } from './lanes/messages.ts'

export interface LaneThread {
  /** It reads its sockets with real-time priority. */
  readonly isRealTime: boolean
  run(order: LanesOrder, listener: LanesListener): void
  stop(raceId: string, lane: number | null, stop: LaneStop): void
  /** Ends the thread and with it every connection that it holds. Races that still run are not told. */
  close(): Promise<void>
}

export interface LanesListener {
  onGreenLight(atNs: bigint): void
  onEvents(events: LaneEvent[]): void
  onOver(lateness: Lateness | null): void
  /** The thread died. */
  onLost(): void
}

const threadName = 'lanes'

export const startLaneWorker = () =>
  new Worker(new URL('./lanes/lane-worker.ts', import.meta.url), {
    name: threadName,
    // The lanes need no variables, and so no library can send a key that it finds in the environment.
    env: {},
    execArgv: [],
    resourceLimits: toLaneHeap(),
  })

interface LaneThreadOptions {
  startWorker?: () => Worker
  /** Gives each thread that is started its priority; resolves to whether that is a real-time one. */
  prefer?: (threadName: string) => Promise<boolean>
}

export function createLaneThread(
  log: Logger,
  { startWorker = startLaneWorker, prefer = async () => false }: LaneThreadOptions = {},
): LaneThread {
  const listeners = new Map<string, LanesListener>()
  let isRealTime = false
  // Started at once, not with the first race, because it takes half a second to load.
  let worker: Worker | null = start()

  function start(): Worker {
    const started = startWorker()
    started.on('online', async () => {
      isRealTime = await prefer(threadName)
    })
    started.on('message', (message: FromLaneThread) => receive(message))
    started.on('error', (error) => log.error({ error }, 'the lane thread failed'))
    started.on('exit', () => {
      if (worker === started) worker = null
      const lost = [...listeners.values()]
      listeners.clear()
      for (const listener of lost) listener.onLost()
    })
    return started
  }

  function receive(message: FromLaneThread) {
    const listener = listeners.get(message.raceId)
    switch (message.kind) {
      case 'green-light':
        return listener?.onGreenLight(message.atNs)
      case 'events':
        return listener?.onEvents(message.events)
      case 'over':
        listeners.delete(message.raceId)
        return listener?.onOver(message.lateness)
    }
  }

  const send = (message: ToLaneThread) => {
    worker ??= start()
    worker.postMessage(message)
  }

  return {
    get isRealTime() {
      return isRealTime
    },
    run(order, listener) {
      listeners.set(order.raceId, listener)
      send({ kind: 'run', order })
    },
    stop(raceId, lane, stop) {
      if (listeners.has(raceId)) send({ kind: 'stop', raceId, lane, stop })
    },
    async close() {
      listeners.clear()
      const closing = worker
      worker = null
      await closing?.terminate()
    },
  }
}
