import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import { Router } from 'wouter'
import { raceOf } from '../testing/race-summary.ts'
import { HistoryPage } from './history-page.tsx'

const race = raceOf()

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
