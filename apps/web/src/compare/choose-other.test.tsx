import type { RaceDetail, RaceSummary } from '@drag-race/contracts'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import { Router } from 'wouter'
import { raceOf } from '../testing/race-summary.ts'
import { ChooseOther } from './choose-other.tsx'

const race = raceOf({ id: 'one' })

test('a race that runs is not offered, and a list that it would be alone in is empty', () => {
  const page = (same: RaceSummary[], newest: RaceSummary[]) => {
    const client = new QueryClient()
    const keep = (search: string, races: RaceSummary[]) =>
      client.setQueryData(['races', 'to compare', search], { races, nextCursor: null })
    keep('samePromptAs=one', same)
    keep('', newest)
    return renderToStaticMarkup(
      <QueryClientProvider client={client}>
        <Router ssrPath="/compare/one">
          <ChooseOther race={race as RaceDetail} />
        </Router>
      </QueryClientProvider>,
    )
  }
  const ended = { ...race, id: 'ended' }
  const running = { ...race, id: 'running', status: 'running' as const }
  expect(page([ended, running], [])).toContain('/compare/one/ended')
  expect(page([ended, running], [])).not.toContain('/compare/one/running')
  expect(page([running], [running])).toContain('No other race of this prompt')
  expect(page([], [running])).not.toContain('Of other prompts')
})
