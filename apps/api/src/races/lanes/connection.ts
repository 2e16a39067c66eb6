/**
 * One lane's connection, and the request that waits on it. Everything that may be done before the green light is done:
 * DNS, TCP and TLS to the gateway, the body serialised, the request built and written to the open socket, which is corked. At
 * the light the cork is drawn: one call to the kernel is all that is left to do.
 *
 * Each lane has a connection of its own and none is kept for the next race, so that no lane rides on one that is warmer
 * than its neighbour's. HTTP/1.1 always: on a shared HTTP/2 session one lane's bytes would wait behind another's.
 *
 * What lies behind the gateway is `open-ahead.ts`'s.
 */
import type { Socket } from 'node:net'
import { buildConnector, Client, type Dispatcher } from 'undici'

export interface Connection {
  /** Takes the lane's one request and keeps it until `release`. Starts to open the socket, unless the start is cold. */
  dispatcher: Dispatcher
  /** Resolves when the socket is open, or when it is clear that it will not be. */
  opened: Promise<void>
  /** How long opening the socket took, two decimals; null while it is not open. */
  readonly connectMs: number | null
  /** Writes the request to its socket, which holds it back. To be called in the tick of the light, and not before. */
  stage(): void
  /** Lets the request go. False when its socket is opened only now. */
  release(): boolean
  /** Lets a response that still runs come to its end. */
  close(): void
}

/** Longer no race waits for a lane's connection; the lane then leaves cold, with a fresh attempt. */
const openMsMax = 3_000
const connectMsMax = 10_000

type Connect = ReturnType<typeof buildConnector>
type Asked = Parameters<Connect>

/** Shared, so that TLS sessions are resumed as any client would. */
const connectWarm = buildConnector({ timeout: connectMsMax, allowH2: false })

export function createConnection(
  origin: string,
  { isCold, now }: { isCold: boolean; now(): bigint },
): Connection {
  const opened = Promise.withResolvers<void>()
  // A cold start pays for a whole TLS handshake: no session of an earlier race helps it.
  const connectIt = isCold
    ? buildConnector({ timeout: connectMsMax, allowH2: false, maxCachedSessions: 0 })
    : connectWarm
  let asked: Asked | null = null
  const ready: { socket: Socket | null } = { socket: null }
  let staged: Socket | null = null
  let isReleased = false
  let connectMs: number | null = null
  const connect: Connect = (options, callback) => {
    const fromNs = now()
    connectIt(options, (...result) => {
      if (result[0] === null) connectMs = Math.round(Number(now() - fromNs) / 10_000) / 100
      callback(...result)
    })
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
      if (isCold) return opened.resolve()
      setTimeout(opened.resolve, openMsMax).unref()
      connect(arrived[0], (error, open) => {
        if (error === null && isReleased) open.destroy()
        else if (error === null) ready.socket = open
        opened.resolve()
      })
    },
  })

  return {
    dispatcher: client,
    opened: opened.promise,
    get connectMs() {
      return connectMs
    },
    stage() {
      const { socket } = ready
      if (!asked || !socket || socket.destroyed) return
      isReleased = true
      const [, callback] = asked
      socket.cork()
      callback(null, socket)
      staged = socket
    },
    release() {
      isReleased = true
      if (staged) {
        staged.uncork()
        return true
      }
      if (asked) connect(...asked)
      return false
    },
    close() {
      // Closed before, it says so, and that is all the same.
      if (isReleased) return void client.close().catch(() => {})
      // The lane never left: its request waits for ever, and its socket was given to nobody.
      isReleased = true
      ready.socket?.destroy()
      void client.destroy()
    },
  }
}
