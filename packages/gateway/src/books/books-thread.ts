/** Asks the thread of the books. If it dies, all open questions reject with the reason, and the next starts another. */
import { Worker } from 'node:worker_threads'
import type { KeepOptions } from './keep-books.ts'
import type { Ask, FromThread } from './messages.ts'

export interface BooksThread {
  ask: Ask
  /** Ends the thread at once, whatever it is doing. */
  end(): Promise<void>
}

export function createBooksThread(options: KeepOptions): BooksThread {
  let thread: Thread | null = null
  const toThread = () => {
    thread ??= startThread(options, (dead) => {
      if (thread === dead) thread = null
    })
    return thread
  }
  return {
    ask: (kind, ask) => toThread().ask(kind, ask),
    async end() {
      await thread?.worker.terminate()
    },
  }
}

interface Thread {
  worker: Worker
  ask: Ask
}

function startThread(options: KeepOptions, onDead: (dead: Thread) => void): Thread {
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>()
  const worker = new Worker(new URL('./books-worker.ts', import.meta.url), { workerData: options })
  // The thread alone does not keep the process running.
  worker.unref()
  let lastId = 0
  let reason = new Error('the thread of the books has ended')
  worker.on('message', (message: FromThread) => {
    const asked = waiting.get(message.id)
    waiting.delete(message.id)
    if ('error' in message) asked?.reject(new Error(message.error))
    else asked?.resolve(message.answer)
  })
  worker.on('error', (error) => {
    reason = error
  })
  worker.on('exit', () => {
    onDead(thread)
    for (const { reject } of waiting.values()) reject(reason)
    waiting.clear()
  })
  const ask = (kind: string, question: object) => {
    const id = ++lastId
    return new Promise<unknown>((resolve, reject) => {
      waiting.set(id, { resolve, reject })
      worker.postMessage({ id, kind, ...question })
    })
  }
  const thread: Thread = { worker, ask: ask as Ask }
  return thread
}
