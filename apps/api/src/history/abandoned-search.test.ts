/** A search whose client leaves: the page sends one at each pause of the typing, and drops the one before. */
import { expect, onTestFinished, test } from 'vitest'
import { startApp } from '../testing/start-app.ts'
import { useHistory } from '../testing/use-history.ts'
import type { HistoryDatabase } from './index.ts'

const at = useHistory()

test('a search ends when its client leaves', async () => {
  const { raceId } = await at.raced()
  const row = await at.db.selectFrom('races').selectAll().where('id', '=', raceId).executeTakeFirstOrThrow()
  const windows = 80
  for (let window = 0; window < windows; window++) {
    const copies = Array.from({ length: 100 }, (_, index) => ({ ...row, id: `copy-${window}-${index}` }))
    await at.db.insertInto('races').values(copies).execute()
  }

  const leaving = new AbortController()
  const over = Promise.withResolvers<void>()
  let searched = 0
  const app = await startApp({
    gatewayUrl: at.gateway.url,
    db: watched(at.db, (statement) => {
      if (statement.includes('contains_text(answer')) searched++
      if (searched === 1) leaving.abort()
      // The figures of what was found are read last.
      if (statement.includes('substr(prompt')) over.resolve()
    }),
  })
  onTestFinished(app.close)
  const asked = fetch(`${app.url}/api/races?text=nowhere`, { signal: leaving.signal })
  await expect(asked).rejects.toMatchObject({ name: 'AbortError' })
  await over.promise
  expect(searched).toBeLessThan(windows)
})

/** Tells each statement before it is carried out. */
function watched(db: HistoryDatabase, tell: (statement: string) => void): HistoryDatabase {
  const plain = db.withPlugin({
    transformQuery({ node }) {
      tell(JSON.stringify(node))
      return node
    },
    transformResult: async ({ result }) => result,
  })
  return Object.assign(plain, { check: () => db.check() }) as HistoryDatabase
}
