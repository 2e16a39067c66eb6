import { type RaceRequestInput, raceVerdict, toTimeSlip } from '@drag-race/contracts'
import { describe, expect, test } from 'vitest'
import { detail, eventsOf } from '../testing/race-client.ts'
import { useHistory } from '../testing/use-history.ts'

const at = useHistory()
const { raced, page } = at

describe('a race in the history', () => {
  test('has the figures that its tape folds to', async () => {
    const lanes = [{ model: 'fails' }, { model: 'says' }, { model: 'says', stream: false }]
    const state = await raced({ lanes, tags: { team: 'search', build: '1.4' }, coldStart: true })
    const kept = await detail(at.app.url, state.raceId)
    expect(kept).toMatchObject({
      status: 'finished',
      prompt: 'p',
      category: null,
      finish: 'done',
      marginMs: state.end!.marginMs,
      clock: state.end!.clock,
      coldStart: true,
      verdict: raceVerdict(state),
      tags: { team: 'search', build: '1.4' },
      request: { prompt: 'p', tags: { team: 'search', build: '1.4' } },
    })
    expect(kept.lanes.at(-1)).toMatchObject({
      lane: 0,
      place: null,
      outcome: 'failed',
      errorCode: 'http_500',
    })
    for (const lane of kept.lanes) {
      expect(lane.slip).toEqual(toTimeSlip(state.lanes[lane.lane]!, state.at))
      expect(lane.place).toBe(state.end!.standings.find((standing) => standing.lane === lane.lane)!.place)
    }
    expect((await page()).races[0]).toEqual({
      ...kept,
      request: undefined,
      gatewayAdded: undefined,
      imported: undefined,
    })
  })

  test('shows the last user message when it was a conversation', async () => {
    const messages = [
      { role: 'user' as const, content: 'first' },
      { role: 'assistant' as const, content: 'yes?' },
      { role: 'user' as const, content: 'second' },
    ]
    const { raceId } = await raced({ prompt: undefined, messages })
    expect((await detail(at.app.url, raceId)).prompt).toBe('second')
  })

  test('has the text of a prompt of the library, and its category for that very text alone', async () => {
    const text = 'Prove that there are infinitely many primes, in two different ways.'
    const found = async (request: Partial<RaceRequestInput>) => {
      const { raceId } = await raced({ promptId: 'primes-proof', ...request })
      const { prompt, category, request: kept } = await detail(at.app.url, raceId)
      expect(kept.promptId).toBe('primes-proof')
      return { prompt, category, asked: kept.prompt }
    }
    const library = { prompt: text, category: 'maths', asked: text }
    expect(await found({ prompt: undefined })).toEqual(library)
    expect(await found({ prompt: text })).toEqual(library)
    const own = `${text} Briefly.`
    expect(await found({ prompt: own })).toEqual({ prompt: own, category: null, asked: own })
    const messages = [{ role: 'user' as const, content: text }]
    expect(await found({ prompt: undefined, messages })).toMatchObject({ prompt: text, category: null })
  })

  test('is a few rows, however many its events', async () => {
    const { raceId } = await raced({ lanes: Array(16).fill({ model: 'says' }) })
    const parts = await at.db.selectFrom('tape_parts').selectAll().where('race_id', '=', raceId).execute()
    expect(parts.at(-1)!.to_seq).toBeGreaterThan(48)
    expect(parts.length).toBeLessThan(8)
  })

  test('is deleted with its lanes and its tape', async () => {
    const { raceId } = await raced()
    const remove = () => fetch(`${at.app.url}/api/races/${raceId}`, { method: 'DELETE' })
    expect((await remove()).status).toBe(204)
    expect((await remove()).status).toBe(404)
    expect((await fetch(`${at.app.url}/api/races/${raceId}`)).status).toBe(404)
    expect((await eventsOf(at.app.url, raceId)).status).toBe(404)
    for (const table of ['lanes', 'tape_parts'] as const) {
      expect(await at.db.selectFrom(table).select('race_id').execute()).toEqual([])
    }
  })

  test.each([
    ['events', '/events', 'text/event-stream'],
    ['lines', '/events', 'application/jsonl'],
    ['export', '/export', '*/*'],
  ])(
    'deleted while its %s are read, it breaks off: a part does not pass for the whole',
    async (_what, path, accept) => {
      const { raceId, seq } = await raced()
      // More than the sockets buffer for a reader that reads nothing.
      const line = JSON.stringify({ type: 'pit-stop', text: 'x'.repeat(500_000) })
      for (let next = seq + 1; next <= seq + 40; next++) {
        await at.db
          .insertInto('tape_parts')
          .values({ race_id: raceId, from_seq: next, to_seq: next, lines: line })
          .execute()
      }
      const url = `${at.app.url}/api/races/${raceId}`
      const reading = await fetch(`${url}${path}`, { headers: { accept } })
      expect(reading.status).toBe(200)
      expect((await fetch(url, { method: 'DELETE' })).status).toBe(204)
      await expect(reading.text()).rejects.toThrow()
    },
  )
})
