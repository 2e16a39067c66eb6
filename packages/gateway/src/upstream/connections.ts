/**
 * The connections to providers: one pool for each origin, and sockets that are opened ahead of the calls that will need
 * them, so that DNS, TCP and TLS are no part of the time to their first token. undici has no method for that; its pools
 * ask the connector here, which hands out a socket that is open already, if there is one.
 *
 * HTTP/1.1, so that each call has a socket to itself: to give a call up, its socket is closed.
 */
import type { Socket } from 'node:net'
import { Agent, buildConnector, Client, type Dispatcher, Pool } from 'undici'

export interface Connections {
  dispatcher: Dispatcher
  /**
   * Opens the connections that `calls` calls to this origin (`https://api.example.com`) still lack. Resolves with the
   * number of calls that would find one, when all are open or have failed, or after three seconds; those that open
   * later are kept too. Never rejects.
   */
  openAhead(origin: string, calls: number): Promise<number>
  close(): Promise<void>
}

/** Connections to one provider at a time; a further call waits for one of them, within its connect deadline. */
const perOriginMax = 1_000
/** An opened socket that no call has taken after this time is closed. */
const spareMsMaxDefault = 10_000
const openMsMax = 3_000

type Connect = ReturnType<typeof buildConnector>

export function createConnections({ spareMsMax = spareMsMaxDefault } = {}): Connections {
  const open = buildConnector({ allowH2: false, timeout: 60_000 })
  const spares = createSpares(spareMsMax)
  const connect: Connect = (options, callback) => {
    const spare = spares.take(`${options.protocol}//${options.host}`)
    // Not synchronously, because the pool is not ready for the socket yet.
    if (spare) queueMicrotask(() => callback(null, spare))
    else open(options, callback)
  }
  /** By origin, in the order in which a pool uses them. */
  const clients = new Map<string, Client[]>()
  const clientsOf = (origin: string) => (clients.get(origin) ?? []).filter(({ closed }) => !closed)
  const agent = new Agent({
    allowH2: false,
    connections: perOriginMax,
    pipelining: 1,
    keepAliveTimeout: 30_000,
    connect,
    factory: (origin, options) =>
      new Pool(origin, {
        ...options,
        factory(place, own) {
          const client = new Client(place, own)
          const key = new URL(String(place)).origin
          clients.set(key, [...clientsOf(key), client])
          return client
        },
      }),
  })

  /** Connections that are being opened, by origin: a further `openAhead` opens only what is missing beyond them. */
  const opening = new Map<string, Set<Promise<void>>>()
  /** How many of `calls` would find a connection. A pool takes its first idle client, even one without a socket. */
  const standing = (origin: string, calls: number) => {
    const next = clientsOf(origin)
      .filter(({ stats }) => stats.size === 0)
      .slice(0, calls)
    return Math.min(calls, next.filter(({ stats }) => stats.connected).length + spares.count(origin))
  }

  return {
    dispatcher: agent,
    async openAhead(origin, calls) {
      const { protocol, host, hostname, port } = new URL(origin)
      // undici passes an IPv6 address to its connector without brackets.
      const options = { protocol, host, hostname: hostname.replace(/^\[|\]$/g, ''), port }
      const here = opening.get(origin) ?? new Set()
      opening.set(origin, here)
      for (let missing = calls - standing(origin, calls) - here.size; missing > 0; missing--) {
        const { promise, resolve } = Promise.withResolvers<void>()
        here.add(promise)
        open(options, (error, socket) => {
          if (error === null) spares.add(origin, socket)
          here.delete(promise)
          resolve()
        })
      }
      await within(openMsMax, Promise.all(here))
      return standing(origin, calls)
    },
    async close() {
      spares.close()
      await agent.destroy()
    },
  }
}

/** Open sockets that no pool has taken yet. undici's connector listens to their errors. */
function createSpares(msMax: number) {
  const spares = new Map<Socket, { origin: string; timer: NodeJS.Timeout }>()
  let isClosed = false
  const drop = (socket: Socket) => {
    clearTimeout(spares.get(socket)?.timer)
    spares.delete(socket)
  }
  const of = (origin: string) =>
    [...spares].flatMap(([socket, spare]) => (spare.origin === origin ? socket : []))
  return {
    add(origin: string, socket: Socket) {
      if (isClosed) return void socket.destroy()
      const timer = setTimeout(() => socket.destroy(), msMax).unref()
      spares.set(socket, { origin, timer })
      socket.once('close', () => drop(socket))
    },
    take(origin: string): Socket | null {
      const socket = of(origin).find(({ destroyed }) => !destroyed) ?? null
      if (socket) drop(socket)
      return socket
    },
    count: (origin: string) => of(origin).length,
    close() {
      isClosed = true
      for (const socket of [...spares.keys()]) socket.destroy()
    },
  }
}

async function within(ms: number, work: Promise<unknown>): Promise<void> {
  const late = Promise.withResolvers<void>()
  const timer = setTimeout(late.resolve, ms)
  await Promise.race([work, late.promise])
  clearTimeout(timer)
}
