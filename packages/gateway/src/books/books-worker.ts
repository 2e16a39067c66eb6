/** The thread of the books: here no checkpoint on a slow disk and no roll-up of millions of calls delays a token. */
import { parentPort, workerData } from 'node:worker_threads'
import { toBooksAdvice } from './books-advice.ts'
import { createKeeper, type KeepOptions } from './keep-books.ts'
import type { FromThread, ToThread } from './messages.ts'
import { type PackedCalls, unpackCalls } from './packed-calls.ts'

const port = parentPort
if (!port) throw new Error('books-worker.ts runs as a worker thread: start packages/gateway/src/main.ts.')

const options = workerData as KeepOptions
const keeper = createKeeper(options)
/** Questions are answered in their order. Only a backup, which can take minutes, is not waited for. */
let last: Promise<void> = Promise.resolve()

port.on('message', (message: ToThread) => {
  last = last.then(async () => {
    const answered = answer(message).then((given) => port.postMessage(given))
    if (message.kind !== 'backup') await answered
    if (message.kind === 'close') port.close()
  })
})

async function answer(message: ToThread): Promise<FromThread> {
  const { id } = message
  try {
    return { id, answer: await ask(message) }
  } catch (error) {
    return { id, error: toBooksAdvice(options.path, error) }
  }
}

function ask(message: ToThread): Promise<unknown> {
  switch (message.kind) {
    case 'write':
      return isMany(message.calls)
        ? keeper.note(message)
        : keeper.write({ ...message, calls: message.calls.flatMap(unpackCalls) })
    case 'watch':
      return keeper.watch(message)
    case 'usage':
      return keeper.usage(message)
    case 'backup':
      return keeper.backup(message)
    case 'close':
      return keeper.close(message)
  }
}

/** Of a tenth of a second. The calls of a quieter gateway can be booked at once. */
const manyCalls = 100

function isMany(batches: readonly PackedCalls[]): boolean {
  return batches.reduce((sum, { count }) => sum + count, 0) > manyCalls
}
