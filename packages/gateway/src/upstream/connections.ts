/**
 * The connections to providers: a pool an origin, and sockets that are opened ahead of the calls that will need them, so that
 * name, TCP and TLS are no part of their first tokens. undici has no word for that; its pools ask the connector here, which
 * hands out what stands ready.
 *
 * HTTP/1.1: one call is one socket, so that to give a call up is to close its socket.
 */
import type { Socket } from 'node:net'
import { Agent, buildConnector, Client, type Dispatcher, Pool } from 'undici'

export interface Connections {
  dispatcher: Dispatcher
  /**
   * Opens what is missing, so that so many calls to this origin (`https://api.example.com`) find a connection. Resolves with
   * how many would, when that is clear or three seconds have passed; what opens later is kept too. Never rejects.
   */
  openAhead(origin: string, calls: number): Promise<number>
  close(): Promise<void>
}

/** To one provider at a time; a further call waits for one, within its connect deadline. */
const perOriginMax = 1_000
/** A socket that no call has taken by then is closed. */
const spareMsMaxDefault = 10_000
const openMsMax = 3_000

type Connect = ReturnType<typeof buildConnector>

export function createConnections({ spareMsMax = spareMsMaxDefault } = {}): Connections {
  const open = buildConnector({ allowH2: false, timeout: 60_000 })
  const spares = createSpares(spareMsMax)
  const connect: Connect = (options, callback) => {
    const spare = spares.take(`${options.protocol}//${options.host}`)
    // Not in this very step, in which the pool does not listen yet.
    if (spare) queueMicrotask(() => callback(null, spare))
    else open(options, callback)
  }
  /** By origin, in the order in which a pool hands them out. */
  const clients = new Map<string, Client[]>()
  const clientsOf = (origin: string) =>
    (clients.get(origin) ?? []).filter(({ closed, destroyed }) => !closed && !destroyed)
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

  /** By origin: who asks while others are being opened opens only what is missing beside them. */
  const opening = new Map<string, Set<Promise<void>>>()
  /** Of so many calls. A pool takes its first idle client, be its socket open or not: those behind it do not help. */
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
      // As undici names an IPv6 address to its connector.
      const options = { protocol, host, hostname: hostname.replace(/^\[|\]$/g, ''), port }
      const here = opening.get(origin) ?? new Set()
      opening.set(origin, here)
      for (let missing = calls - standing(origin, calls) - here.size; missing > 0; missing--) {
        const { promise, resolve } = Promise.withResolvers<void>()
        here.add(promise)
        open(options, (error, socket) => {
          if (error === null) spares.add(origin, socket)
          here.delete(promise)
          if (here.size === 0) opening.delete(origin)
          resolve()
        })
      }
      if (here.size > 0) await within(openMsMax, Promise.all(here))
      else opening.delete(origin)
      return standing(origin, calls)
    },
    async close() {
      spares.close()
      await agent.destroy()
    },
  }
}

/** Open sockets that no pool knows of yet. The connector hears their errors. */
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
