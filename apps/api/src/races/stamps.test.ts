/** Stamps are taken on a thread of their own: work of the main thread does not delay them. */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { sql } from 'kysely'
import { expect, test, vi } from 'vitest'
import { eventually } from '../testing/eventually.ts'
import { collect, postRace } from '../testing/race-client.ts'
import { startApp } from '../testing/start-app.ts'
import { type TickingReady, ticks } from '../testing/ticking-gateway.ts'

// Real processes and threads start in these: on a busy machine that takes a while.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 })

test('a long query on the main thread delays no stamp', async () => {
  const worker = new Worker(new URL('../testing/ticking-gateway.ts', import.meta.url), { execArgv: [] })
  const [{ url }] = (await once(worker, 'message')) as [TickingReady]
  const app = await startApp({ gatewayUrl: url, isDefaultAddress: false })
  const running = postRace(app.url, { prompt: 'p', lanes: [{ model: 'any' }] }).then(collect)
  const ledger = async () => (await (await fetch(`${url}/ledger`)).json()) as string[]
  await eventually(async () => expect((await ledger()).length).toBeGreaterThan(5))

  const blockedFromNs = process.hrtime.bigint()
  await sql`with recursive n(i) as (select 1 union all select i + 1 from n where i < 2000000) select max(i) from n`.execute(
    app.db,
  )
  const blockedToNs = process.hrtime.bigint()

  const stamps = (await running).flatMap((event) => (event.type === 'token' ? [event.at] : []))
  const written = (await ledger()).map(BigInt)
  expect(stamps).toHaveLength(ticks)
  const duringBlock = written.flatMap((ns, index) => (ns > blockedFromNs && ns < blockedToNs ? [index] : []))
  expect(duringBlock.length).toBeGreaterThan(5)
  // Stamped on the blocked thread, they would all carry the moment at which the block ended.
  const [first, last] = [duringBlock[0]!, duringBlock.at(-1)!]
  const writtenMs = Number(written[last]! - written[first]!) / 1e6
  expect(stamps[last]! - stamps[first]!).toBeGreaterThan(writtenMs / 2)
  await app.close()
  await worker.terminate()
})
