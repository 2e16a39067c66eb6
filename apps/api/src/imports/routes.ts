/**
 * `POST /api/races/import`: a tape file becomes a race of the history, which is shown as imported and counts on no
 * leaderboard. The body is the file itself, read as it arrives; nothing of a file that is refused is kept.
 */
import { type ImportedRace, tapeBytesMax, tapeLinesType } from '@drag-race/contracts'
import express from 'express'
import { ApiFault } from '../api-fault.ts'
import type { AppContext } from '../app-context.ts'
import { createRaceStore } from '../history/store.ts'
import { readTapeFile, type TapeFile } from './read-tape-file.ts'

/** The longest tape, its header, and what a mail program has added, if any. */
const bytesMax = tapeBytesMax + 1024 * 1024

export function createImportRoutes({ db, now }: AppContext): express.Router {
  const store = createRaceStore(db)
  const router = express.Router()
  /** One file at a time: each is held in memory until it is judged. Node ends an upload that takes five minutes. */
  let isBusy = false

  router.post('/races/import', async (request, response) => {
    // The rest of a body that is refused is read and thrown away, so that the answer arrives.
    response.once('finish', () => request.resume())
    if (request.is(tapeLinesType) === false) throw notLines
    if (isBusy) throw busy
    isBusy = true
    try {
      const body: AsyncIterable<Uint8Array> = request.iterator({ destroyOnReturn: false })
      const file = await readTapeFile(body, bytesMax)
      if ((await store.statusOf(file.header.raceId)) !== null) throw alreadyHere(file.header.raceId)
      await keep(file)
      response.status(201).json({ id: file.header.raceId, note: file.note } satisfies ImportedRace)
    } finally {
      isBusy = false
    }
  })

  async function keep({ header, state, parts, note }: TapeFile) {
    const { raceId, request, startedAt, lanes } = state
    if (raceId === null || request === null || startedAt === null) throw new Error('a judged tape has begun')
    const { exportedAt, appVersion } = header
    const imported = { importedAt: now().toISOString(), exportedAt, appVersion, note }
    const race = {
      id: raceId,
      startedAt: new Date(startedAt),
      request,
      lanes: [...lanes],
      category: header.category ?? null,
      marginMs: state.end?.marginMs ?? null,
      imported,
    }
    await store.insertWhole(race, state, parts)
  }

  return router
}

const notLines = new ApiFault(
  415,
  'not_lines',
  `Send the tape file as the body, with content-type: ${tapeLinesType}.`,
)

const busy = new ApiFault(429, 'import_busy', 'Another tape is being imported. Try again in a moment.', {
  retryAfterSeconds: 2,
})

function alreadyHere(id: string): ApiFault {
  return new ApiFault(
    409,
    'already_here',
    `This race is here already: /race/${id}. Delete it there, then import the file.`,
  )
}
