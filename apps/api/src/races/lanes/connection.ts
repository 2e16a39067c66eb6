/**
 * One lane's connection, and the request that waits on it. Everything that can be done before the green light is done:
 * DNS, TCP and TLS to the gateway, the body serialised, the request built and written to the open socket. Either the
 * socket is corked, and uncorked at the light; or the gateway has all of the request but the last byte, which is the
 * start signal. Both take one call to the kernel.
 *
 * Each lane has a connection of its own and none is kept for the next race, so that no lane's connection is warmer than
 * another's. HTTP/1.1 always: on a shared HTTP/2 session one lane's bytes would wait behind another's.
 *
 * `open-ahead.ts` opens the connections behind the gateway.
 */
import type { Socket } from 'node:net'
import { buildConnector, Client, type Dispatcher } from 'undici'
import type { Start } from './start.ts'

export interface Connection {
  /**
   * Takes the lane's one request and keeps it until `release`. Begins to open the socket, unless the start is cold.
   */
  dispatcher: Dispatcher
  /** Resolves when all that can be done before the light is done, or has failed. */
  ready: Promise<void>
  /** How long opening the socket took, two decimals; null while it is not open. */
  readonly connectMs: number | null
  /** To be called when the gateway has reacted: it waits for the signal, or has refused already, or is gone. */
  noteHeard(): void
  /**
   * Writes a corked request to its socket, which holds it back. To be called in the same tick as `release`.
   */
  stage(): void
  /** Lets the request go. False when its socket is opened only now, after the light. */
  release(): boolean
  /** Closes the connection after a response that still runs. */
  close(): void
}

/** How long a race waits for a lane's connection; the lane then leaves cold, with a new attempt. */
const openMsMax = 3_000
const connectMsMax = 10_000
/**
 * How long to wait for the gateway to react. Its own work takes a millisecond or two, but a proxy on the way can hold
 * the request back.
 */
const heardMsMax = 500

type Connect = ReturnType<typeof buildConnector>
type Asked = Parameters<Connect>

/** Shared by all lanes, so that TLS sessions are resumed as by any client. */
const connectWarm = buildConnector({ timeout: connectMsMax, allowH2: false })

export function createConnection(
  origin: string,
  { start, now }: { start: Start; now(): bigint },
): Connection {
  const { promise: ready, resolve: noteReady } = Promise.withResolvers<void>()
  // A cold start includes a whole TLS handshake: no session of an earlier race is resumed.
  const connectIt =
    start === 'cold'
      ? buildConnector({ timeout: connectMsMax, allowH2: false, maxCachedSessions: 0 })
      : connectWarm
  let asked: Asked | null = null
  /** Opened before the light. */
  let open: Socket | null = null
  /** The same socket once undici has it, and writes the request to it. */
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
    // The lanes have limits of their own, with plainer errors than undici's.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect(...arrived) {
      // undici asks again after a failure, which it learns of at the light.
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
      // A client that is closed already rejects, which does not matter.
      if (isReleased) return void client.close().catch(() => {})
      // The lane never left: its request would wait for ever, and undici need not have its socket yet.
      isReleased = true
      open?.destroy()
      void client.destroy()
    },
  }
}
