/**
 * `GET /api/races/:id/export?as=tape|csv|html`: a race as a file. All of it comes from the tape and from its fold; no
 * key and no address of the gateway is on a tape. It is sent as it is read, a few milliseconds of work at a time.
 */
import {
  type ExportForm,
  ExportQuery,
  type RaceDetail,
  type TapeHeader,
  tapeFormat,
  tapeLinesType,
  tapeVersion,
} from '@drag-race/contracts'
import express from 'express'
import { ApiFault, parseOrFault } from '../api-fault.ts'
import type { AppContext } from '../app-context.ts'
import type { FindLive } from '../history/find-live.ts'
import { noSuchRace, notOver } from '../history/race-faults.ts'
import { createRaceStore } from '../history/store.ts'
import { readTapeBytes } from '../history/tape-parts.ts'
import { sendPieces } from '../races/send-tape.ts'
import { toFiguresCsv } from './figures-csv.ts'
import { escapeForScript, readReplayPage } from './replay-page.ts'
import { sealTape } from './seal-tape.ts'

export interface ExportOptions {
  /** The app's version, for the header of a tape. */
  version: string
  /** The built web. */
  webFolder: string
  live: FindLive
}

/** An export to a slow reader holds about a megabyte. */
const exportsMax = 16

export function createExportRoutes(
  { db, now }: AppContext,
  { version, webFolder, live }: ExportOptions,
): express.Router {
  const store = createRaceStore(db)
  const router = express.Router()
  let running = 0

  router.get('/races/:id/export', async (request, response) => {
    const { as } = parseOrFault(ExportQuery, request.query)
    const { id } = request.params
    const race = await store.find(id, null)
    if (!race) throw noSuchRace
    if (race.status === 'running') throw notOver(live(id), 'export it')
    if (running >= exportsMax) throw tooMany
    running++
    try {
      await send(response, race, as)
    } finally {
      running--
    }
  })

  async function send(response: express.Response, race: RaceDetail, as: ExportForm) {
    switch (as) {
      case 'csv':
        asFile(response, race, 'csv', 'text/csv; charset=utf-8').send(toFiguresCsv(race))
        return
      case 'tape':
        asFile(response, race, 'tape.jsonl', tapeLinesType)
        return sendPieces(response, lines(race))
      case 'html': {
        const { before, after } = readReplayPage(webFolder)
        asFile(response, race, 'html', 'text/html; charset=utf-8')
        return sendPieces(response, page(before, lines(race), after))
      }
    }
  }

  async function* lines(race: RaceDetail) {
    const seal = await sealTape(db, race.id)
    const header: TapeHeader = {
      format: tapeFormat,
      version: tapeVersion,
      raceId: race.id,
      ...seal,
      exportedAt: now().toISOString(),
      appVersion: version,
      origin: race.origin,
      ...(race.category === null ? {} : { category: race.category }),
    }
    yield `${JSON.stringify(header)}\n`
    yield* readTapeBytes(db, race.id, -1, seal.events - 1)
  }

  return router
}

async function* page(before: string, tape: AsyncIterable<string | Uint8Array>, after: string) {
  yield before
  // Pieces are whole lines, so that no character is cut.
  for await (const lines of tape) yield escapeForScript(Buffer.from(lines).toString())
  yield after
}

/** `race-2026-11-21-3f2a9c01.csv` */
function asFile(response: express.Response, { id, startedAt }: RaceDetail, ending: string, type: string) {
  const name = `race-${startedAt.slice(0, 10)}-${id.slice(0, 8)}.${ending}`
  return response.set({ 'content-type': type, 'content-disposition': `attachment; filename="${name}"` })
}

const tooMany = new ApiFault(
  429,
  'too_many_exports',
  `${exportsMax} exports are under way. Try again in a moment.`,
  { retryAfterSeconds: 2 },
)
