/** Two apps over one gateway: `here` runs and exports races, `there` imports their files. */
import { createHash } from 'node:crypto'
import {
  type ApiError,
  type RaceEvent,
  type TapeHeader,
  tapeFormat,
  tapeLinesType,
} from '@drag-race/contracts'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { eventually } from './eventually.ts'
import { type FakeGateway, startFakeGateway } from './fake-gateway.ts'
import { detail, race } from './race-client.ts'
import { startApp, type TestApp } from './start-app.ts'

export const apiKey = 'sk-of-the-gateway-alone'

export function useTwoApps() {
  const at = {
    gateway: undefined as unknown as FakeGateway,
    here: undefined as unknown as TestApp,
    /** Emptied after each test. */
    there: undefined as unknown as TestApp,

    /** Runs a race in `here`, with two lanes that answer and one that fails. */
    async raced(): Promise<string> {
      const lanes = [{ model: 'says' }, { model: 'fails' }, { model: 'says' }]
      const { raceId } = await race(at.here.url, { prompt: 'p', lanes })
      await eventually(async () => expect((await detail(at.here.url, raceId!)).status).not.toBe('running'))
      return raceId!
    },

    /** Exports from `here` by default. */
    exported: (id: string, as = 'tape', app?: TestApp): Promise<Response> =>
      fetch(`${(app ?? at.here).url}/api/races/${id}/export?as=${as}`),

    bring: (body: string | Uint8Array, type = tapeLinesType): Promise<Response> =>
      fetch(`${at.there.url}/api/races/import`, { method: 'POST', headers: { 'content-type': type }, body }),
  }

  beforeAll(async () => {
    at.gateway = await startFakeGateway({
      says: (call) => {
        for (const word of ['An ', 'answer ', 'with </script> ', 'and \u2028 ', 'ÄÖ']) call.answer(word)
        call.finish('stop', { prompt_tokens: 3, completion_tokens: 9 })
      },
      fails: (call) => call.json(500, { error: { message: 'no' } }),
    })
    at.here = await startApp({ gatewayUrl: at.gateway.url, apiKey })
    at.there = await startApp({ gatewayUrl: at.gateway.url })
  })
  afterEach(async () => {
    await at.there.db.deleteFrom('races').execute()
  })
  afterAll(async () => {
    await at.here?.close()
    await at.there?.close()
    await at.gateway?.close()
  })
  return at
}

export async function refusal(
  response: Response,
): Promise<{ status: number; code: string; message: string }> {
  const { error } = (await response.json()) as ApiError
  return { status: response.status, code: error.code, message: error.message }
}

export function toFile(raceId: string, events: readonly RaceEvent[]): string {
  const lines = events.map((event) => `${JSON.stringify(event)}\n`).join('')
  const sha256 = createHash('sha256').update(lines).digest('hex')
  const header: TapeHeader = {
    format: tapeFormat,
    version: 1,
    raceId,
    events: events.length,
    sha256,
    exportedAt: new Date(0).toISOString(),
    appVersion: '0',
    origin: 'here',
  }
  return `${JSON.stringify(header)}\n${lines}`
}
