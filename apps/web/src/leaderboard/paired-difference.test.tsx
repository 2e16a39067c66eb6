import type { Leaderboard, Paired } from '@drag-race/contracts'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import { Router } from 'wouter'
import { ApiProblem } from '../read-json.ts'
import { row } from '../testing/board-row.ts'
import { wholeBoard } from './board-query.ts'
import { toPairedParams } from './pair-choice.ts'
import { PairedDifferences } from './paired-difference.tsx'

test('differences that were read stay on the page when the app can no longer be asked', () => {
  const queryKey = ['leaderboard', 'paired', toPairedParams(wholeBoard, { a: 'a', b: 'b' })]
  const none = { n: 0, estimated: 0, median: null, low: null, high: null, margin: null, better: null }
  const paired: Paired = {
    ...{ a: 'a', b: 'b', races: 7, leftOut: [] },
    ...{ ttft: none, total: none, decode: none, cost: none },
  }
  const client = new QueryClient()
  client.setQueryData(queryKey, paired)
  const error = new ApiProblem('unreachable', 0, 'No answer.')
  client.getQueryCache().find({ queryKey })!.setState({ status: 'error', error })
  const board = { rows: [row({ model: 'a' }), row({ model: 'b' })], headToHead: [] } as unknown as Leaderboard
  const page = renderToStaticMarkup(
    <QueryClientProvider client={client}>
      <Router ssrPath="/leaderboard">
        <PairedDifferences board={board} query={wholeBoard} />
      </Router>
    </QueryClientProvider>,
  )
  expect(page).toContain('No answer.')
  expect(page).toContain('Both ran in 7 races')
})
