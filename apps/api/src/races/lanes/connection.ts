/**
 * One lane's connection, and the request that waits on it. Everything that may be done before the green light is done:
 * DNS, TCP and TLS to the gateway, the body serialised, the request built and written to the open socket. That one is
 * corked, and at the light the cork is drawn; or the gateway has all of it but the last byte, which says go. Either is
 * one call to the kernel.
 *
 * Each lane has a connection of its own and none is kept for the next race, so that no lane rides on one that is warmer
 * than its neighbour's. HTTP/1.1 always: on a shared HTTP/2 session one lane's bytes would wait behind another's.
 *
 * What lies behind the gateway is `open-ahead.ts`'s.
 */
import type { Socket } from 'node:net'
import { buildConnector, Client, type Dispatcher } from 'undici'
import type { Start } from './start.ts'

export interface Connection {
  /**
   * Takes the lane's one request and keeps it until its start lets it go. Starts to open the socket, unless the start
   * is cold.
   */
  dispatcher: Dispatcher
  /** Resolves when all is done that can be before the light, or when it is clear that it will not be. */
  ready: Promise<void>
  /** How long opening the socket took, two decimals; null while it is not open. */
  readonly connectMs: number | null
  /** The gateway has spoken: it waits for the signal, or has refused already, or is gone. */
  noteHeard(): void
  /**
   * Writes a corked request to its socket, which holds it back. To be called in the tick of the light, and not before.
   */
  stage(): void
  /** Lets the request go. False when its socket is opened only now. */
  release(): boolean
  /** Lets a response that still runs come to its end. */
  close(): void
}

/** Longer no race waits for a lane's connection; the lane then leaves cold, with a fresh attempt. */
const openMsMax = 3_000
const connectMsMax = 10_000
/**
 * What our gateway does for a request takes a millisecond or two. Something between it and us may hold the request
 * back.
 */
const heardMsMax = 500

type Connect = ReturnType<typeof buildConnector>
type Asked = Parameters<Connect>

/** Shared, so that TLS sessions are resumed as any client would. */
const connectWarm = buildConnector({ timeout: connectMsMax, allowH2: false })

export function createConnection(
  origin: string,
  { start, now }: { start: Start; now(): bigint },
): Connection {
  const { promise: ready, resolve: noteReady } = Promise.withResolvers<void>()
  // A cold start pays for a whole TLS handshake: no session of an earlier race helps it.
  const connectIt =
    start === 'cold'
      ? buildConnector({ timeout: connectMsMax, allowH2: false, maxCachedSessions: 0 })
      : connectWarm
  let asked: Asked | null = null
  /** Opened before the light. */
  let open: Socket | null = null
  /** The same, once it is undici's: the request is written to it. */
  let taken: Socket | null = null
  let isReleased = false
  let connectMs: number | null = null
  const connect: Connect = (options, callback) => {
    const fromNs = now()
    connectIt(options, (...result) => {
      if (result[0] === null) connectMs = Math.round(Number(now() - fromNs) / 10_000) / 100
      callback(...result)
    })
  }
  const handOver = () => {
    if (!asked || !open || open.destroyed) return
    const [, callback] = asked
    taken = open
    callback(null, open)
  }

  const client = new Client(origin, {
    pipelining: 1,
    allowH2: false,
    // The lanes have limits of their own, which say more than undici's.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect(...arrived) {
      // After a first failure undici asks again: the light is green by then.
      if (isReleased) return connect(...arrived)
      asked = arrived
      if (start === 'cold') return noteReady()
      setTimeout(noteReady, openMsMax).unref()
      connect(arrived[0], (error, socket) => {
        if (error !== null) return noteReady()
        if (isReleased) return void socket.destroy()
        open = socket
        if (start === 'corked') return noteReady()
        handOver()
        setTimeout(noteReady, heardMsMax).unref()
      })
    },
  })

  return {
    dispatcher: client,
    ready,
    get connectMs() {
      return connectMs
    },
    noteHeard: noteReady,
    stage() {
      if (start !== 'corked') return
      open?.cork()
      handOver()
    },
    release() {
      isReleased = true
      if (taken) {
        taken.uncork()
        return true
      }
      if (asked) connect(...asked)
      return false
    },
    close() {
      // Closed before, it says so, and that is all the same.
      if (isReleased) return void client.close().catch(() => {})
      // The lane never left: its request waits for ever, and its socket may have been given to nobody.
      isReleased = true
      open?.destroy()
      void client.destroy()
    },
  }
}
