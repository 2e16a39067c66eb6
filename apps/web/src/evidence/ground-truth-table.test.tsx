import type { GroundTruth, RaceEvent } from '@drag-race/contracts'
import { QueryClient, QueryClientProvider, QueryObserver } from '@tanstack/react-query'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import { fold, makeTape } from '../testing/tape.ts'
import { Evidence } from './evidence.tsx'
import { GroundTruthTable, groundTruth } from './ground-truth-table.tsx'

const tape = makeTape({
  lanes: ['straight', 'by-a-gateway', 'somebody'].map((model) => ({
    model,
    tokensAt: [10, 20],
    end: 'done',
  })),
  marginMs: 1.8,
})
const race = fold(tape)

const truth: GroundTruth = {
  lanes: [
    {
      lane: 0,
      errors: {
        ttftMs: 1.25,
        tokens: { count: 2, p50: 0.42, p90: 0.9, p99: 3.61, max: 12.3 },
        totalMs: -0.5,
      },
      missing: null,
    },
    {
      lane: 1,
      errors: { ttftMs: 9.1, tokens: null, totalMs: 11.4 },
      missing: { code: 'regrouped', message: 'Other chunks.' },
    },
    { lane: 2, errors: null, missing: { code: 'other_id', message: 'No id of the simulator.' } },
  ],
}

function render(client: QueryClient): string {
  return renderToStaticMarkup(
    <QueryClientProvider client={client}>
      <GroundTruthTable race={race} />
    </QueryClientProvider>,
  )
}

/** The text of each row, a bar between its cells. */
function toRows(html: string): string[] {
  const rows = html.match(/<tr>.*?<\/tr>/g) ?? []
  return rows.map((row) =>
    row
      .replaceAll(/<\/t[hd]>/g, '|')
      .replaceAll(/<svg.*?<\/svg>|<[^>]*>/g, '')
      .replace(/\|$/, ''),
  )
}

test('each lane says how much later its figures were than written, or why it cannot be said', () => {
  const client = new QueryClient()
  client.setQueryData(groundTruth('r1').queryKey, truth)
  const html = render(client)
  expect(html).toContain('margin of the race: ±\u00a01.8\u00a0ms')
  const [, ...rows] = toRows(html)
  expect(rows[0]).toMatch(/straight\|\+1.3 ms\|\+0.42 ms\|\+3.6 ms\|\+12.3 ms\|−0.50 ms$/)
  expect(rows[1]).toMatch(/by-a-gateway\|\+9.1 ms\|Other chunks\.\|\+11.4 ms$/)
  expect(rows[2]).toMatch(/somebody\|No id of the simulator\.$/)
})

test('says once why no lane has a figure, where the reason is the same for all', () => {
  const client = new QueryClient()
  const missing = { code: 'imported' as const, message: 'The race was run elsewhere.' }
  const lanes = truth.lanes.map(({ lane }) => ({ lane, errors: null, missing }))
  client.setQueryData(groundTruth('r1').queryKey, { lanes })
  const html = render(client)
  expect(html.split('The race was run elsewhere.')).toHaveLength(2)
  expect(toRows(html)).toEqual([])
})

test('says that it reads, and what went wrong', async () => {
  // As a page that has asked already.
  const client = new QueryClient({ defaultOptions: { queries: { retryOnMount: false } } })
  expect(render(client)).toContain('Reading the ledger')
  const failing = { ...groundTruth('r1'), queryFn: () => Promise.reject(new Error('Race again.')) }
  const leave = new QueryObserver(client, { ...failing, enabled: false }).subscribe(() => {})
  await expect(client.fetchQuery(failing)).rejects.toThrow()
  expect(render(client)).toMatch(/role="alert">Race again\./)
  leave()
})

test.each([
  ['stands where an answer is the simulator’s, by whatever gateway', 'chatcmpl-sim-1', true],
  ['is not offered for answers of others', 'chatcmpl-1', false],
])('the table %s', (_, completionId, isOffered) => {
  const withId = (event: RaceEvent) => (event.type === 'done' ? { ...event, completionId } : event)
  const html = renderToStaticMarkup(
    <QueryClientProvider client={new QueryClient()}>
      <Evidence race={fold(tape.map(withId))} />
    </QueryClientProvider>,
  )
  expect(html.includes('Beside the simulator’s ledger')).toBe(isOffered)
})
