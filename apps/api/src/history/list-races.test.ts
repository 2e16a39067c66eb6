import type { RacePage } from '@drag-race/contracts'
import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { detail } from '../testing/race-client.ts'
import { useHistory } from '../testing/use-history.ts'
import { createRaceStore } from './store.ts'

const at = useHistory()
const { raced, page, ids } = at

describe('the list', () => {
  test('is newest first, in pages that neither repeat nor lose a race', async () => {
    const all: string[] = []
    for (let count = 0; count < 5; count++) all.unshift((await raced()).raceId)
    // Two that started in the same millisecond.
    await at.db.updateTable('races').set({ started_at_ms: 1 }).where('id', 'in', all.slice(3)).execute()
    const seen: string[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const next: RacePage = await page(`?limit=2${cursor && `&cursor=${cursor}`}`)
      expect(next.races.length).toBeGreaterThan(0)
      seen.push(...next.races.map(({ id }) => id))
      cursor = next.nextCursor
    }
    expect(seen.slice(0, 3)).toEqual(all.slice(0, 3))
    expect(seen.slice(3).sort()).toEqual(all.slice(3).sort())
  })

  test('goes on after a race of any id and time that an imported tape can have', async () => {
    const { raceId } = await raced()
    const row = await at.db.selectFrom('races').selectAll().where('id', '=', raceId).executeTakeFirstOrThrow()
    const long = 'x'.repeat(100)
    const times = [8.64e15, -1, -8.64e15]
    const rows = times.map((started_at_ms, index) => ({
      ...row,
      started_at_ms,
      id: `${long.slice(1)}${index}`,
    }))
    await at.db.insertInto('races').values(rows).execute()
    let { nextCursor, races } = await page('?limit=1')
    const seen = races
    while (nextCursor !== null) {
      ;({ nextCursor, races } = await page(`?limit=1&cursor=${nextCursor}`))
      seen.push(...races)
    }
    expect(seen.map(({ id }) => id)).toEqual([rows[0]!.id, raceId, rows[1]!.id, rows[2]!.id])
  })

  test('shows the beginning of a long prompt, its own page all of it', async () => {
    const prompt = 'long '.repeat(1_000)
    const { raceId } = await raced({ prompt: `${prompt}needle` })
    expect((await page('?text=NEEDLE')).races[0]!.prompt).toBe(prompt.slice(0, 1_000))
    expect((await detail(at.app.url, raceId)).prompt).toBe(`${prompt}needle`)
  })

  test('finds by model, category, status and text', async () => {
    const plain = await raced({ prompt: 'about Zebras' })
    const maths = await raced({ prompt: undefined, promptId: 'primes-proof', lanes: [{ model: 'fails' }] })
    expect(await ids('?model=says')).toEqual([plain.raceId])
    expect(await ids('?category=maths')).toEqual([maths.raceId])
    expect(await ids('?status=finished')).toEqual([maths.raceId, plain.raceId])
    expect(await ids('?status=stopped')).toEqual([])
    expect(await ids('?text=zEBRA')).toEqual([plain.raceId])
    // In the answer, beyond ASCII too. A wildcard of SQL stands for itself.
    for (const text of ['äpfel', '100%25', 'of_it'])
      expect(await ids(`?text=${text}`)).toEqual([plain.raceId])
    for (const text of ['1%25%25', 'of-it', '%25', 'ofXit']) {
      expect(await ids(`?text=${text}`)).toEqual(text === '%25' ? [plain.raceId] : [])
    }
    expect(await ids('?text=zebra&model=fails')).toEqual([])
  })

  test('finds a Turkish text by either i, with and without its dot', async () => {
    const { raceId } = await raced({ prompt: 'İstanbul’da ılık IŞIK' })
    for (const text of ['istanbul', 'İSTANBUL', 'ISTANBUL', 'ışık', 'işik', 'ILIK', 'ilik'])
      expect(await ids(`?text=${encodeURIComponent(text)}`), text).toEqual([raceId])
  })

  test('finds the races that have all of the given tags', async () => {
    const both = (await raced({ tags: { team: 'search', build: '1:4' } })).raceId
    const one = (await raced({ tags: { team: 'search', 'a:b': 'ä, 1%' } })).raceId
    const none = (await raced()).raceId
    expect(await ids('?tag=team:search')).toEqual([one, both])
    expect(await ids('?tag=team:search&tag=build:1:4')).toEqual([both])
    expect(await ids('?tag=build:1')).toEqual([])
    expect(await ids('?tag=a:b:%C3%A4,%201%25')).toEqual([one])
    expect(await ids('?tag=team:')).toEqual([])
    expect((await page('?status=finished')).races.map(({ tags }) => tags)).toEqual([
      {},
      { team: 'search', 'a:b': 'ä, 1%' },
      { team: 'search', build: '1:4' },
    ])
    expect((await page()).races[0]!.id).toBe(none)
  })

  test('finds races by tags also when they are older than the column of tags', async () => {
    const { raceId } = await raced({ tags: { team: 'search' } })
    await raced()
    await sql`alter table races drop column tags_json`.execute(at.db)
    await sql`alter table lanes drop column is_estimated`.execute(at.db)
    await sql`drop index races_prompt`.execute(at.db)
    await sql`alter table lanes drop column asked_like`.execute(at.db)
    await sql`delete from kysely_migration where name >= '0005'`.execute(at.db)
    await at.close()
    await at.open()
    expect(await ids('?tag=team:search')).toEqual([raceId])
  })

  test('pages through what a text finds, however far apart, and searches no further than a page needs', async () => {
    const { raceId } = await raced({ prompt: 'needle' })
    const row = await at.db.selectFrom('races').selectAll().where('id', '=', raceId).executeTakeFirstOrThrow()
    const rows = Array.from({ length: 350 }, (_, index) => ({
      ...row,
      id: `copy-${String(index).padStart(3, '0')}`,
      started_at_ms: index,
      prompt: index % 100 === 51 ? 'needle' : 'hay',
    }))
    await at.db.insertInto('races').values(rows).execute()
    const first = await page('?text=needle&limit=2')
    // The last of the first hundred is among them.
    expect(first.races.map(({ id }) => id)).toEqual([raceId, 'copy-251'])
    expect(await ids(`?text=needle&limit=2&cursor=${first.nextCursor}`)).toEqual(['copy-151', 'copy-051'])
    let hundreds = 0
    const isWanted = () => {
      hundreds++
      return true
    }
    await createRaceStore(at.db).list({ limit: 2, text: 'needle' }, () => null, isWanted)
    expect(hundreds).toBe(2)
  })

  test.each([{ text: 'hay' }, { model: 'rare' }, { tag: ['team:rare'] }])(
    'lets the event loop have a turn after each hundred races while it looks for %j',
    async (asked) => {
      const { raceId } = await raced()
      const row = await at.db
        .selectFrom('races')
        .selectAll()
        .where('id', '=', raceId)
        .executeTakeFirstOrThrow()
      const copies = Array.from({ length: 350 }, (_, index) => ({ ...row, id: `copy-${index}` }))
      await at.db.insertInto('races').values(copies).execute()
      let turns = 0
      const count = () => {
        turns++
        next = setImmediate(count)
      }
      let next = setImmediate(count)
      const { races } = await createRaceStore(at.db).list({ limit: 50, ...asked }, () => null)
      clearImmediate(next)
      expect(races).toEqual([])
      expect(turns).toBeGreaterThanOrEqual(3)
    },
  )

  test.each([
    ['limit=0', 'limit'],
    ['limit=101', 'limit'],
    ['limit=x', 'limit'],
    ['status=lost', 'status'],
    ['cursor=nonsense', 'cursor'],
    ['page=2', 'page'],
    ['model=a&model=b', 'model'],
    ['tag=search', 'tag.0'],
    ['tag=a:b&tag=:b', 'tag.1'],
  ])('refuses ?%s, naming the parameter', async (query, path) => {
    const response = await fetch(`${at.app.url}/api/races?${query}`)
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: { details: [{ path }] } })
  })
})

test('other races of the same prompt are found, the race itself left out', async () => {
  const [first, second, other] = [
    await at.raced({ prompt: 'the same' }),
    await at.raced({ prompt: 'the same' }),
    await at.raced({ prompt: 'another' }),
  ]
  const found = ({ raceId }: { raceId: string }) => at.ids(`?samePromptAs=${raceId}`)
  expect(await found(first)).toEqual([second.raceId])
  expect(await found(second)).toEqual([first.raceId])
  expect(await found(other)).toEqual([])
})
