/** An app over a history in a file, for all tests of the file; emptied after each. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { RacePage, RaceRequestInput, RaceState } from '@drag-race/contracts'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { type HistoryDatabase, openDatabase } from '../history/index.ts'
import { eventually } from './eventually.ts'
import { type FakeGateway, startFakeGateway } from './fake-gateway.ts'
import { detail, race } from './race-client.ts'
import { startApp, type TestApp } from './start-app.ts'

export function useHistory() {
  const folder = mkdtempSync(path.join(tmpdir(), 'history-'))
  const at = {
    gateway: undefined as unknown as FakeGateway,
    db: undefined as unknown as HistoryDatabase,
    app: undefined as unknown as TestApp,

    async open() {
      at.db = await openDatabase(`file:${path.join(folder, 'new/races.db')}`)
      at.app = await startApp({ gatewayUrl: at.gateway.url, db: at.db })
    },

    async close() {
      await at.app?.close()
      await at.db?.destroy()
    },

    /** Runs a race to its end, and waits until its end is in the history. */
    async raced(request: Partial<RaceRequestInput> = {}): Promise<RaceState & { raceId: string }> {
      const state = await race(at.app.url, { prompt: 'p', lanes: [{ model: 'says' }], ...request })
      const raceId = state.raceId!
      await eventually(async () => expect((await detail(at.app.url, raceId)).status).not.toBe('running'))
      return { ...state, raceId }
    },

    async page(query = ''): Promise<RacePage> {
      const response = await fetch(`${at.app.url}/api/races${query}`)
      expect(response.status).toBe(200)
      return (await response.json()) as RacePage
    },

    async ids(query: string): Promise<string[]> {
      return (await at.page(query)).races.map(({ id }) => id)
    },
  }

  beforeAll(async () => {
    at.gateway = await startFakeGateway({
      says: (call) => {
        const message = { content: 'all at once' }
        if (!call.body.stream) return call.json(200, { choices: [{ message, finish_reason: 'stop' }] })
        call.answer('An answer about ÄPFEL, 100% of_it')
        return call.finish('stop', { prompt_tokens: 3, completion_tokens: 9 })
      },
      fails: (call) => call.json(500, { error: { message: 'no' } }),
    })
    await at.open()
  })
  afterEach(async () => {
    await at.db.deleteFrom('races').execute()
  })
  afterAll(async () => {
    await at.close()
    await at.gateway?.close()
    rmSync(folder, { recursive: true, force: true })
  })
  return at
}
