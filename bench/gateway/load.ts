/** The load on each contestant, and its measurement. One client for all, on undici, in this process. */
import type { ChildProcess } from 'node:child_process'
import { Pool } from 'undici'

export interface Contestant {
  name: string
  /** The part before `/v1/chat/completions`. */
  url: string
  /** The contestant's own name for the upstream's model. */
  model: string
  /** Further headers of each request, such as a key. */
  headers: Record<string, string>
  /** For its memory and its processor time; null for one that was not started here. */
  child: ChildProcess | null
}

/** Delays in milliseconds between the upstream's clock stamps and ours. */
export interface StreamDelays {
  /** Our request leaves → the upstream has read it. */
  request: number[]
  /** The upstream writes the first token → we have it. */
  first: number[]
  /** The same for every later token. */
  later: number[]
}

export interface Answered {
  count: number
  perSecond: number
}

export function createLoad(contestant: Contestant, connections: number) {
  const { origin, pathname } = new URL(contestant.url)
  const pool = new Pool(origin, {
    connections,
    pipelining: 1,
    headersTimeout: 30_000,
    bodyTimeout: 30_000,
  })
  const headers = { 'content-type': 'application/json', ...contestant.headers }
  const send = (body: object) =>
    pool.request({
      path: `${pathname.replace(/\/$/, '')}/v1/chat/completions`,
      method: 'POST',
      headers,
      body: JSON.stringify({ model: contestant.model, messages, ...body }),
    })

  const runLanes = async (lanes: number, wantsMore: () => boolean): Promise<number> => {
    let count = 0
    const lane = async () => {
      while (wantsMore()) {
        const { statusCode, body } = await send({ max_tokens: 5 })
        await body.dump()
        if (statusCode !== 200) throw new Error(`${contestant.name}: ${statusCode}`)
        count++
      }
    }
    await Promise.all(Array.from({ length: lanes }, lane))
    return count
  }

  return {
    /** Reads one stream to its end. Throws when it is not whole. */
    async stream(tokens: number, tokensPerSecond: number, delays: StreamDelays): Promise<void> {
      const leftAtNs = process.hrtime.bigint()
      const { statusCode, body } = await send({
        stream: true,
        stream_options,
        max_tokens: tokens,
        seed: tokensPerSecond,
      })
      if (statusCode !== 200)
        throw new Error(`${contestant.name}: ${statusCode} ${(await body.text()).slice(0, 300)}`)
      let seen = 0
      let held = ''
      for await (const bytes of body) {
        const nowNs = process.hrtime.bigint()
        held += bytes
        const events = held.split('\n\n')
        held = events.pop()!
        for (const event of events) {
          const found = /"content":"(?:(\d+):)?(\d+) /.exec(event)
          if (!found) continue
          if (found[1]) delays.request.push(toMs(BigInt(found[1]) - leftAtNs))
          ;(seen === 0 ? delays.first : delays.later).push(toMs(nowNs - BigInt(found[2]!)))
          seen++
        }
      }
      if (seen !== tokens) throw new Error(`${contestant.name}: ${seen} of ${tokens} tokens`)
    },

    /** Reads as many whole answers as possible in this time, on each connection one after the other. */
    async answers(lanes: number, forMs: number): Promise<Answered> {
      const startedAt = performance.now()
      const count = await runLanes(lanes, () => performance.now() - startedAt < forMs)
      return { count, perSecond: (count * 1000) / (performance.now() - startedAt) }
    },

    /** Reads `count` whole answers. */
    async calls(lanes: number, count: number): Promise<void> {
      let left = count
      await runLanes(lanes, () => left-- > 0)
    },

    /** A stream that the caller leaves after its first bytes. */
    async abort(): Promise<void> {
      const { body } = await send({ stream: true, max_tokens: 1_000, seed: 50 })
      for await (const _bytes of body) break
      body.destroy()
    },

    close: () => pool.destroy(),
  }
}

const messages = [
  {
    role: 'user',
    content: 'Explain, with one table, how the Apollo Guidance Computer survived its 1202 alarms.',
  },
]
const stream_options = { include_usage: true }

function toMs(ns: bigint): number {
  return Number(ns) / 1e6
}
