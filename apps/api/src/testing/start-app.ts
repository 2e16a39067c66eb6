/** The app in this process, on a free port, with everything real but the gateway. */
import { createServer as createHttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import pino from 'pino'
import type { AppContext } from '../app-context.ts'
import { type HistoryDatabase, openDatabase, recoverRaces } from '../history/index.ts'
import { createLaneThread } from '../races/index.ts'
import { createServer, type ServerOptions } from '../server.ts'

export interface TestApp {
  url: string
  db: HistoryDatabase
  /** Closes the database too, unless it was given. */
  close(): Promise<void>
}

export interface TestAppOptions
  extends Partial<ServerOptions>,
    Partial<Pick<AppContext, 'log' | 'now' | 'nowMs'>> {
  gatewayUrl: string
  apiKey?: string
  /** false: the gateway's answer to `GET /` says whether it is our own. */
  isDefaultAddress?: boolean
  db?: HistoryDatabase
}

export async function startApp(options: TestAppOptions): Promise<TestApp> {
  const {
    gatewayUrl,
    apiKey = null,
    isDefaultAddress = true,
    db = await openDatabase(':memory:'),
    log = pino({ level: 'silent' }),
    now = () => new Date(),
    nowMs = () => performance.now(),
    laneThread = createLaneThread(log),
    ...more
  } = options
  const goingDown = new AbortController()
  await recoverRaces(db, log, goingDown.signal)
  const gateway = { url: gatewayUrl, metricsUrl: `${gatewayUrl}/metrics`, isDefaultAddress, apiKey }
  const { app, clock, close } = createServer(
    { db, log, gateway, now, nowMs },
    {
      host: '127.0.0.1',
      allowedHosts: [],
      version: '0.0.0',
      webFolder: '/nowhere',
      // Nothing listens there.
      simulatorUrl: 'http://127.0.0.1:1',
      laneThread,
      ...more,
    },
  )
  // With the margin that the database has, if any.
  await clock.begin({ isMeasured: false })
  const server = createHttpServer(app)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    db,
    async close() {
      goingDown.abort()
      await close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      if (!options.db) await db.destroy()
    },
  }
}
