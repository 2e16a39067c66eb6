/**
 * The seed of a call: the one in the model id, else the one in the body, else a hash of model and conversation. So a
 * race can be repeated exactly, while two prompts differ.
 *
 * A fickle profile also counts how often it was asked the same: otherwise its failures would repeat for ever, and no
 * retry could help. The seed of every call is in its ledger, so that such a run can be repeated too.
 */
import { createHash } from 'node:crypto'
import type { ChatRequest } from './chat-request.ts'
import type { Model } from './model-id.ts'

/** For how many conversations repetitions are counted; the one asked longest ago is forgotten first. */
const countedMax = 1000

export function createSeeds(): { seedOf(model: Model, request: ChatRequest): number } {
  const asked = new Map<number, number>()

  function countAsked(hash: number): number {
    const times = asked.get(hash) ?? 0
    asked.delete(hash)
    asked.set(hash, times + 1)
    for (const oldest of asked.keys()) {
      if (asked.size <= countedMax) break
      asked.delete(oldest)
    }
    return times
  }

  return {
    seedOf(model, request) {
      const named = model.seed ?? request.seed
      if (named !== null) return named
      const hash = hashText(`${model.id}\n${request.conversation}`)
      const times = model.profile.isFickle ? countAsked(hash) : 0
      return times === 0 ? hash : hashText(`${hash} again ${times}`)
    },
  }
}

/** 32 bits of SHA-256: short enough to read in a ledger and to type into a model id. */
export function hashText(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE()
}
