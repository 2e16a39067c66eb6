/**
 * Writes a schedule to a socket: as a stream, chunk by chunk, or as one body after the same total time. When the caller
 * leaves it stops at once, and the end is recorded in the ledger.
 */
import type { ServerResponse } from 'node:http'
import { flush, writeWhenReady } from '@drag-race/wire'
import type { ChatRequest } from './chat-request.ts'
import type { Clock } from './clock.ts'
import type { LedgerEntry } from './ledger.ts'
import { createStreamForm, type Head, toWholeBody } from './openai-form.ts'
import type { Pacer } from './pacer.ts'
import { countTokens, endsAtMs, type Schedule } from './schedule.ts'

export interface Delivery {
  request: ChatRequest
  schedule: Schedule
  head: Head
  headers: Record<string, string | number>
  acceptedAtNs: bigint
  entry: LedgerEntry
  response: ServerResponse
  /** Aborts when the response's socket has closed. */
  signal: AbortSignal
}

interface Parts {
  clock: Clock
  pacer: Pacer
}

/** A caller that reads nothing for so long is dropped. */
export const drainMsMax = 30_000
/** How long a stalled or silent call is held open at most: longer than any client waits. */
const holdNsMax = 600_000_000_000n

export async function deliver(delivery: Delivery, parts: Parts): Promise<void> {
  try {
    const isWhole = delivery.request.stream ? await stream(delivery, parts) : await sendWhole(delivery, parts)
    if (!isWhole) delivery.response.destroy()
  } finally {
    delivery.entry.end(parts.clock.nowNs())
  }
}

/** False when the response did not end properly: it was cut, stalled too long, or its caller left. */
async function stream(delivery: Delivery, { clock, pacer }: Parts): Promise<boolean> {
  const { request, schedule, head, response, signal, entry } = delivery
  const { roleAtMs, chunks, ending } = schedule
  const form = createStreamForm(head, request.includeUsage)
  const isDue = async (atMs: number) => (await pacer.until(toNs(delivery, atMs), signal)) === 'due'
  // Flushed at once: when several streams are due together, none waits for the work on the others.
  const write = async (bytes: string) => {
    const written = writeWhenReady(response, bytes, drainMsMax)
    flush(response)
    return (await written) === 'written'
  }

  if (roleAtMs !== null) {
    if (!(await isDue(roleAtMs))) return false
    response.writeHead(200, { ...delivery.headers, ...eventStreamHeaders })
    if (!(await write(form.role()))) return false
  }
  for (const chunk of chunks) {
    // Made before the wait, so that at the deadline only the write is left to do.
    const bytes = form.chunk(chunk)
    if (!(await isDue(chunk.atMs))) return false
    if (chunk.kind !== 'malformed') entry.record(chunk.tokens, toNs(delivery, chunk.atMs), clock.nowNs())
    if (!(await write(bytes))) return false
  }
  if (ending.kind === 'stall') return hold(delivery, { clock, pacer })
  if (!(await isDue(ending.atMs))) return false
  if (ending.kind === 'cut') return false
  const usage = request.includeUsage
    ? form.usage({ prompt: request.promptTokens, ...countTokens(schedule) })
    : ''
  // Recorded before the write, as with every chunk: nothing can be read earlier than the ledger says it was written.
  entry.end(clock.nowNs())
  response.end(form.finish(ending.reason) + usage + form.done())
  return true
}

async function sendWhole(delivery: Delivery, { clock, pacer }: Parts): Promise<boolean> {
  const { request, schedule, head, response, signal, entry } = delivery
  const { chunks, ending } = schedule
  if (ending.kind === 'stall') return hold(delivery, { clock, pacer })
  const counts = countTokens(schedule)
  const reason = ending.kind === 'finish' ? ending.reason : ''
  const whole = toWholeBody(head, chunks, reason, { prompt: request.promptTokens, ...counts })
  const isBroken = chunks.some((chunk) => chunk.kind === 'malformed')
  const body = isBroken ? whole.slice(0, whole.length / 2) : whole

  const dueAtNs = toNs(delivery, endsAtMs(schedule))
  if ((await pacer.until(dueAtNs, signal)) === 'aborted' || ending.kind === 'cut') return false
  entry.record(counts.reasoning + counts.answer, dueAtNs, clock.nowNs())
  response.writeHead(200, { ...delivery.headers, 'content-type': 'application/json' })
  entry.end(clock.nowNs())
  response.end(body)
  return true
}

async function hold({ signal }: Delivery, { clock, pacer }: Parts): Promise<false> {
  await pacer.until(clock.nowNs() + holdNsMax, signal)
  return false
}

function toNs({ acceptedAtNs }: Delivery, atMs: number): bigint {
  return acceptedAtNs + BigInt(Math.round(atMs * 1e6))
}

const eventStreamHeaders = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
}
