/** A race's store for tests, which write by hand what the server sends, and ask for each frame. */
import type { RaceEvent } from '@drag-race/contracts'
import { createRaceStore } from '../race/store.ts'
import { toBytes } from './feed.ts'

const stopAtOnce = async () => new Response(null, { status: 204 })

interface Server {
  /** Answers a stop. */
  stop: () => Promise<Response>
  headers: Record<string, string>
}

export function setUpStore({ stop = stopAtOnce, headers = {} }: Partial<Server> = {}) {
  const sleeps: { ms: number; wake: () => void }[] = []
  const frames: (() => void)[] = []
  const painted: (() => void)[] = []
  const calls: { method: string | undefined; path: string; body: unknown }[] = []
  const signals: (AbortSignal | null | undefined)[] = []
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined
  let nowMs = 1000
  const store = createRaceStore({
    fetchIt: async (path, init) => {
      calls.push({ method: init?.method, path: String(path), body: JSON.parse(String(init?.body ?? 'null')) })
      if (String(path).endsWith('/stop')) return stop()
      signals.push(init?.signal)
      const body = new ReadableStream<Uint8Array>({
        start(opened) {
          controller = opened
        },
      })
      return new Response(body, { headers })
    },
    sleep: (ms) => new Promise((resolve) => sleeps.push({ ms, wake: resolve })),
    whenTab: () => new Promise(() => {}),
    requestFrame: (callback) => void frames.push(callback),
    afterPaint: (callback) => void painted.push(callback),
    nowMs: () => nowMs,
  })
  return {
    store,
    calls,
    signals,
    frames,
    sleeps,
    async send(events: readonly RaceEvent[]) {
      await settle()
      controller!.enqueue(toBytes(events))
      await settle()
    },
    frame() {
      for (const callback of frames.splice(0)) callback()
    },
    paint() {
      for (const callback of painted.splice(0)) callback()
    },
    pass(ms: number) {
      nowMs += ms
    },
  }
}

/** Lets every pending promise of the feed run. */
export function settle() {
  return new Promise((resolve) => setTimeout(resolve))
}
