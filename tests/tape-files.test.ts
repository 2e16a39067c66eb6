/** Exported and imported tapes: a page that replays a hostile race without a server, and a file from elsewhere. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FinishLine, RaceDetail, RaceEvent } from '@drag-race/contracts'
import { describe, expect, test } from 'vitest'
import { events as eventsOf, postRace } from '../apps/api/src/testing/race-client.ts'
import { seriousFaults } from './support/axe.ts'
import { useHousePage } from './support/house-page.ts'
import { toTapeFile } from './support/tape-file.ts'

const at = useHousePage()
const { url, exported } = at

describe('an exported page', () => {
  test('plays without a server, and neither runs nor fetches anything from an answer', async () => {
    const id = 'hostile-export'
    await bring(hostileTape(id))
    const shown = await at.openExported(id)
    expect(await shown.locator('.lane-answer').textContent()).toContain('<script>window.hacked = 1</script>')
    expect(await shown.locator('.lane-answer').textContent()).toContain('line\u2028end')
    await shown.getByRole('button', { name: 'Replay' }).click()
    await shown.getByRole('button', { name: 'Pause' }).waitFor()
    await shown.getByRole('button', { name: 'Replay' }).waitFor()
    expect(await shown.evaluate(() => 'hacked' in globalThis)).toBe(false)
    expect(await shown.locator('.export-head').textContent()).toContain('exported')
    expect(await shown.title()).toMatch(/^Replay: \S.* · LLM Drag Race$/)
    expect(await shown.getByText(/imported race/).count()).toBe(1)
    expect(at.requested.filter((address) => !/^(file|data):/.test(address))).toEqual([])
    expect(at.complaints).toEqual([])
  })
})

describe('a tape from elsewhere', () => {
  test.each<[string, { finish?: FinishLine; isStopped?: boolean }]>([
    ['with a refused, a cut and a malformed lane', {}],
    ['won by its first token', { finish: 'first-token' }],
    ['won by a number of tokens', { finish: { tokens: 30 } }],
    ['that was stopped', { isStopped: true }],
  ])('of a real race %s comes back with every figure as it was', async (_name, { finish, isStopped }) => {
    const models = ['sim-quick', 'sim-slow', 'sim-429', 'sim-cut', 'sim-malformed']
    const lanes = [...models.map((model) => ({ model })), { model: 'sim-quick', stream: false }]
    const order = { prompt: 'There and back.', lanes: isStopped ? [{ model: 'sim-long' }, ...lanes] : lanes }
    const events: RaceEvent[] = []
    for await (const event of eventsOf(
      await postRace(at.house.app.url, { ...order, ...(finish && { finish }) }),
    )) {
      events.push(event)
      const [start] = events
      const isUnderWay = event.type === 'token' && event.lane === 0
      if (isStopped && isUnderWay && start?.type === 'race-start') await stop(start.raceId)
    }
    const [start] = events
    if (start?.type !== 'race-start') throw new Error('the race has not started')
    const { raceId } = start
    await expect.poll(async () => (await detail(raceId)).status).toBe(isStopped ? 'stopped' : 'finished')
    const before = await detail(raceId)
    const file = await exported(raceId, 'tape')
    expect((await fetch(url(`/api/races/${raceId}`), { method: 'DELETE' })).status).toBe(204)
    expect((await send(file)).status).toBe(201)
    const { lanes: lanesAfter, verdict, status } = await detail(raceId)
    expect({ lanes: lanesAfter, verdict, status }).toEqual({
      lanes: before.lanes,
      verdict: before.verdict,
      status: before.status,
    })
  })

  test('is imported on the history page, marked wherever it is shown, and refused the second time', async () => {
    const file = join(at.folder, 'foreign.tape.jsonl')
    writeFileSync(file, toTapeFile(hostileTape('foreign-race')))
    await at.page.goto(url('/history'))
    await at.page.getByRole('button', { name: 'Import a tape' }).waitFor()
    await at.page.locator('input[type=file]').setInputFiles(file)
    await at.page.waitForURL(/\/race\/foreign-race$/)
    await at.page.getByText(/Imported on .+another machine’s clock/).waitFor()
    expect(await seriousFaults(at.page)).toEqual([])
    await at.page.goto(url('/race/foreign-race/replay'))
    await at.page.getByText(/Imported on .+another machine’s clock/).waitFor()
    await at.page.goto(url('/history'))
    await at.page.getByText('imported', { exact: true }).first().waitFor()
    await at.page.locator('input[type=file]').setInputFiles(file)
    const refusal = at.page.getByText(/Not imported\. This race is here already/)
    await refusal.getByRole('link', { name: '/race/foreign-race' }).waitFor()
    writeFileSync(file, 'no tape\n')
    await at.page.locator('input[type=file]').setInputFiles(file)
    await at.page.getByText(/Not imported\. This is no tape/).waitFor()
    expect(await seriousFaults(at.page)).toEqual([])
  })

  test('is refused with a reason where several are dropped, and where the app does not answer', async () => {
    await at.page.goto(url('/history'))
    await at.page.getByRole('button', { name: 'Import a tape' }).waitFor()
    await at.page.evaluate(dropTwo)
    await at.page.getByText('Not imported. 2 files were dropped, and one is read at a time').waitFor()
    const file = join(at.folder, 'away.tape.jsonl')
    writeFileSync(file, toTapeFile(hostileTape('away-race')))
    await at.page.route('**/api/races/import', (route) => route.abort())
    await at.page.locator('input[type=file]').setInputFiles(file)
    await at.page.getByText('Not imported. The app does not answer.').waitFor()
  })
})

const dropTwo = `
  const dataTransfer = new DataTransfer()
  for (const name of ['a.tape.jsonl', 'b.tape.jsonl']) dataTransfer.items.add(new File(['no tape'], name))
  dispatchEvent(new DragEvent('drop', { dataTransfer, cancelable: true }))`

async function bring(tape: readonly RaceEvent[]) {
  expect((await send(toTapeFile(tape))).status).toBe(201)
}

function send(body: string): Promise<Response> {
  const headers = { 'content-type': 'application/jsonl' }
  return fetch(url('/api/races/import'), { method: 'POST', headers, body })
}

async function detail(id: string): Promise<RaceDetail> {
  return (await (await fetch(url(`/api/races/${id}`))).json()) as RaceDetail
}

async function stop(id: string): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  await fetch(url(`/api/races/${id}/stop`), { method: 'POST', headers, body: '{}' })
}

/** A lane whose answer has all that could end a page's script, and parts that markdown could turn into a request. */
function hostileTape(raceId: string): RaceEvent[] {
  const words = [
    '</script><script>window.hacked = 1</script>',
    '<!--<script>',
    'line\u2028end ',
    '![tracker](http://127.0.0.1:1/pixel.png) ',
    '<img src=x onerror="window.hacked = 2">',
  ]
  const stamped = words.map((content, index) => ({ content, at: 100 + index * 50 }))
  const last = stamped.at(-1)!.at
  const events = [
    {
      type: 'race-start' as const,
      at: 0,
      raceId,
      startedAt: '2026-01-01T00:00:00.000Z',
      request: { prompt: 'p', lanes: [{ model: 'hostile', stream: true }], finish: 'done' as const },
      lanes: [{ lane: 0, model: 'hostile', stream: true, provider: 'elsewhere', simulated: false }],
    },
    { type: 'lane-start' as const, at: 0, lane: 0 },
    { type: 'ttft' as const, at: 100, lane: 0, ms: 100 },
    ...stamped.map(({ content, at }) => ({
      type: 'token' as const,
      at,
      lane: 0,
      content,
      kind: 'answer' as const,
    })),
    {
      type: 'done' as const,
      at: last,
      lane: 0,
      totalMs: last,
      finishReason: 'stop',
      usage: {
        inputTokens: 1,
        outputTokens: 5,
        reasoningTokens: null,
        cachedTokens: null,
        source: 'usage' as const,
      },
      costUsd: null,
      gateway: null,
    },
    {
      type: 'race-end' as const,
      at: last,
      standings: [{ lane: 0, place: 1, value: last, gap: 0, deadHeat: false }],
      marginMs: 1,
      reason: 'finished' as const,
    },
  ]
  return events.map((event, seq) => ({ ...event, seq }))
}
