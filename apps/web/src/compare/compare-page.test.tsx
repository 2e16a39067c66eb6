import type { RaceDetail } from '@drag-race/contracts'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import { Router } from 'wouter'
import { raceDetail } from '../after-race/use-race-detail.ts'
import { ApiProblem } from '../read-json.ts'
import { ComparePage } from './compare-page.tsx'

test('what was read stays on the page when the app can no longer be asked', () => {
  const client = new QueryClient()
  for (const id of ['one', 'other']) {
    const race = { id, prompt: 'p', startedAt: '2026-03-15T12:00:00Z', finish: 'done', status: 'finished' }
    client.setQueryData(raceDetail(id).queryKey, {
      ...race,
      verdict: null,
      lanes: [],
    } as unknown as RaceDetail)
    client
      .getQueryCache()
      .find({ queryKey: raceDetail(id).queryKey })!
      .setState({ status: 'error', error: new ApiProblem('unreachable', 0, `No answer for ${id}.`) })
  }
  const page = renderToStaticMarkup(
    <QueryClientProvider client={client}>
      <Router ssrPath="/compare/one/other">
        <ComparePage one="one" other="other" />
      </Router>
    </QueryClientProvider>,
  )
  expect(page).toContain('No answer for other.')
  expect(page).toContain('Swap A and B')
})
