import type { RaceSummary } from '@drag-race/contracts'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import { Router } from 'wouter'
import { HistoryPage } from './history-page.tsx'

const race: RaceSummary = {
  id: 'r',
  startedAt: '2026-03-15T12:00:00Z',
  status: 'finished',
  prompt: 'p',
  category: null,
  finish: 'done',
  origin: 'here',
  marginMs: 1.9,
  clock: null,
  coldStart: false,
  tags: {},
  verdict: null,
  lanes: [],
}

test('how many races are shown is told to screen readers, one as one', () => {
  const page = (races: number) => {
    const client = new QueryClient()
    const list = Array.from({ length: races }, (_, index) => ({
      ...race,
      id: String(index),
    }))
    client.setQueryData(['races', {}], { pages: [{ races: list, nextCursor: null }], pageParams: [null] })
    return renderToStaticMarkup(
      <QueryClientProvider client={client}>
        <Router ssrPath="/history">
          <HistoryPage />
        </Router>
      </QueryClientProvider>,
    )
  }
  expect(page(1)).toContain('>1 race shown<')
  expect(page(2)).toContain('>2 races shown<')
})
