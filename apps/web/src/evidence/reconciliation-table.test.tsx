import type { ClockReport, RaceEvent } from '@drag-race/contracts'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import { raceDetail } from '../after-race/use-race-detail.ts'
import { fold, makeTape } from '../testing/tape.ts'
import { ReconciliationTable } from './reconciliation-table.tsx'

const steady: ClockReport = { calibratedAt: null, lagMs: 2, disturbed: false, sentinel: null }
const disturbed: ClockReport = { ...steady, lagMs: 77.6, disturbed: true }

test('adds the lag of a disturbed clock to its margin, and says so', () => {
  expect(sentenceOf(steady)).toContain(
    '2 of 5 differences are beyond what the clock and the network explain (±\u00a08.4\u00a0ms)',
  )
  expect(sentenceOf(disturbed)).toContain(
    'No difference is beyond what the clock and the network explain (±\u00a086\u00a0ms, which is the margin and how late this disturbed clock was)',
  )
})

test('shows both counts with ≈ where no usage came, and does not compare them', () => {
  const rows = pageOf(steady, 'tokenizer')
    .replaceAll('</tr>', '\n')
    .replaceAll(/<[^>]*>/g, ' ')
  expect(rows).toMatch(/tokens in +≈3 +≈3 +—/)
  expect(rows).toMatch(/tokens out +≈2 +≈2 +—/)
  expect(rows).toMatch(/calls +1 +1 +0/)
})

test('says that no lane finished, rather than that the gateway kept silent', () => {
  const pageOfEnd = (end: 'done' | 'failed') => {
    const race = fold(makeTape({ lanes: [{ model: 'm', tokensAt: [150], end }] }))
    return renderToStaticMarkup(
      <QueryClientProvider client={new QueryClient()}>
        <ReconciliationTable race={race} />
      </QueryClientProvider>,
    )
  }
  expect(pageOfEnd('failed')).toContain('There is nothing to compare: no lane finished.')
  expect(pageOfEnd('done')).toContain('There is nothing to compare: this gateway gives no account')
})

function sentenceOf(clock: ClockReport): string {
  return /<p[^>]*>(.*?)<\/p>/.exec(pageOf(clock))?.[1] ?? ''
}

/** One lane, whose first token and end came 50 ms after those of its report; the model's metrics hold the same call. */
function pageOf(clock: ClockReport, source: 'usage' | 'tokenizer' = 'usage'): string {
  const report = {
    requestId: 'r',
    provider: 'acme',
    model: 'm',
    attempts: [],
    overheadMs: 0.1,
    costUsd: null,
  }
  const tape = makeTape({ lanes: [{ model: 'm', tokensAt: [150, 300], end: 'done' }], marginMs: 8.4 })
  const race = fold(
    tape.map((event): RaceEvent => {
      if (event.type === 'done') {
        const usage = { ...event.usage, source }
        return { ...event, usage, gateway: { ...report, ttftMs: 100, durationMs: 250 } }
      }
      return event.type === 'race-end' ? { ...event, clock } : event
    }),
  )
  const row = {
    model: 'm',
    provider: 'acme',
    requests: 1,
    inputTokens: 3,
    outputTokens: 2,
    ttftMs: 100,
    durationMs: 250,
  }
  const client = new QueryClient()
  client.setQueryData(raceDetail('r1').queryKey, { gatewayAdded: [row] } as never)
  return renderToStaticMarkup(
    <QueryClientProvider client={client}>
      <ReconciliationTable race={race} />
    </QueryClientProvider>,
  )
}
