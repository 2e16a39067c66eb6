/**
 * The ledger: when each chunk of each call was due, and when its bytes were handed to the socket. Comparing it with
 * what a client saw gives the error of the client's clock. It is in memory and bounded: the oldest call is dropped
 * first.
 */
import type { SimulatorLedger } from '@drag-race/contracts'

/** How many calls are kept, the newest ones. */
const callsMax = 1000
/** How many chunks of all calls are kept: about 12 MB, at three numbers each. A longer call is kept alone. */
const chunksMax = 500_000

export interface Call {
  completionId: string
  model: string
  seed: number
  stream: boolean
  acceptedAtNs: bigint
}

export interface LedgerEntry {
  record(tokens: number, dueAtNs: bigint, writtenAtNs: bigint): void
  /** Only the first call counts. */
  end(atNs: bigint): void
}

export interface Ledger {
  open(call: Call): LedgerEntry
  read(completionId: string): SimulatorLedger | null
}

export function createLedger(): Ledger {
  const pages = new Map<string, Page>()
  let chunksHeld = 0

  function dropOldest() {
    for (const [id, page] of pages) {
      if (pages.size <= 1 || (pages.size <= callsMax && chunksHeld <= chunksMax)) return
      pages.delete(id)
      chunksHeld -= page.marks.length
      page.isKept = false
    }
  }

  return {
    open(call) {
      const page: Page = { call, marks: [], endedAtNs: null, isKept: true }
      pages.set(call.completionId, page)
      dropOldest()
      return {
        record(tokens, dueAtNs, writtenAtNs) {
          if (!page.isKept) return
          const sinceNs = (atNs: bigint) => Number(atNs - call.acceptedAtNs)
          page.marks.push({ tokens, dueNs: sinceNs(dueAtNs), writtenNs: sinceNs(writtenAtNs) })
          chunksHeld++
          dropOldest()
        },
        end(atNs) {
          page.endedAtNs ??= atNs
        },
      }
    },
    read(completionId) {
      const page = pages.get(completionId)
      return page === undefined ? null : toSimulatorLedger(page)
    },
  }
}

interface Page {
  call: Call
  /** Nanoseconds since the call was accepted: plain numbers are a third of the size of bigints. */
  marks: { tokens: number; dueNs: number; writtenNs: number }[]
  endedAtNs: bigint | null
  /** False when the call was dropped while it ran: nothing more is recorded for it. */
  isKept: boolean
}

function toSimulatorLedger({ call, marks, endedAtNs }: Page): SimulatorLedger {
  const at = (sinceNs: number) => String(call.acceptedAtNs + BigInt(sinceNs))
  return {
    ...call,
    acceptedAtNs: String(call.acceptedAtNs),
    chunks: marks.map(({ tokens, dueNs, writtenNs }) => ({
      tokens,
      dueAtNs: at(dueNs),
      writtenAtNs: at(writtenNs),
    })),
    endedAtNs: endedAtNs === null ? null : String(endedAtNs),
  }
}
