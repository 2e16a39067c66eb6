import type { Leaderboard, Paired } from '@drag-race/contracts'
import type { Insertable } from 'kysely'
import pino from 'pino'
import { onTestFinished } from 'vitest'
import type { AppContext } from '../app-context.ts'
import { openDatabase } from '../history/open-database.ts'
import type { LanesTable, RacesTable } from '../history/schema.ts'
import { dayMs } from '../leaderboard/read-races.ts'
import { createLeaderboardRoutes } from '../leaderboard/routes.ts'
import { serveRoutes } from './serve-routes.ts'

export const now = new Date('2026-05-04T10:00:00Z')

/** The leaderboard alone, over a history in memory that a test writes race by race; its date is `now`. */
export async function startBoard(racesMax?: number) {
  const db = await openDatabase(':memory:')
  onTestFinished(() => db.destroy())
  const context: AppContext = {
    db,
    log: pino({ level: 'silent' }),
    gateway: { url: '', metricsUrl: '', isDefaultAddress: true, apiKey: null },
    now: () => now,
    nowMs: () => 0,
  }
  const api = await serveRoutes(createLeaderboardRoutes(context, racesMax))
  const url = `${api}/leaderboard`
  const get = (query = '') => fetch(url + query)
  const board = async (query = '') => (await (await get(query)).json()) as Leaderboard
  const models = async (query = '') =>
    (await board(query)).rows.map(({ model, races }) => `${model} ${races}`)
  const getPaired = (query: string) => fetch(`${url}/paired${query}`)
  const paired = async (query: string) => (await (await getPaired(query)).json()) as Paired
  return { db, get, board, models, getPaired, paired, writeRace: (race: WrittenRace) => writeRace(db, race) }
}

interface WrittenRace {
  daysAgo?: number
  category?: string
  totals: Record<string, Partial<LanesTable> & { total_ms: number | null }>
  race?: Partial<Insertable<RacesTable>>
}

let races = 0

async function writeRace(db: AppContext['db'], { daysAgo = 0, category, totals, race }: WrittenRace) {
  const id = `race-${String(races++).padStart(6, '0')}`
  const startedAtMs = now.getTime() - daysAgo * dayMs
  await db
    .insertInto('races')
    .values({
      id,
      started_at: new Date(startedAtMs).toISOString(),
      started_at_ms: startedAtMs,
      status: 'finished',
      prompt: 'p',
      category: category ?? null,
      prompt_id: null,
      request_json: '{}',
      finish_json: '"done"',
      margin_ms: 1,
      verdict_json: null,
      gateway_added_json: null,
      clock_json: null,
      cold_start: 0,
      ...race,
    })
    .execute()
  const lanes = Object.entries(totals).map(
    ([model, other], lane): LanesTable => ({
      race_id: id,
      lane,
      model,
      provider: 'simulator',
      simulated: 1,
      sentinel: 0,
      stream: 1,
      asked_like: 0,
      place: null,
      dead_heat: 0,
      outcome: other.total_ms === null ? 'failed' : 'done',
      error_code: null,
      answer: 'An answer.',
      reasoning: '',
      ttft_ms: 100,
      elapsed_ms: other.total_ms,
      decode_tps: 50,
      output_tokens: 100,
      sent_tokens: 100,
      is_estimated: 0,
      cost_usd: null,
      slip_json: '{}',
      ...other,
    }),
  )
  await db.insertInto('lanes').values(lanes).execute()
}

/** The lanes of a race that `a` wins. */
export const ab = { a: { total_ms: 500 }, b: { total_ms: 900 } }
