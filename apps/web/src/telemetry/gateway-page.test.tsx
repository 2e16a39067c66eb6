import type { GatewayStats } from '@drag-race/contracts'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import { GatewayPage } from './gateway-page.tsx'

const stats: GatewayStats = {
  gatewayUrl: 'http://127.0.0.1:4000',
  metricsUrl: 'http://127.0.0.1:15020/metrics',
  isBuiltIn: true,
  readAt: '2026-05-04T10:00:00.000Z',
  problem: 'One line could not be read.',
  dialect: 'built-in',
  rows: [],
  added: null,
  overhead: null,
  targets: null,
  budgets: null,
}
const row = {
  provider: 'acme',
  model: 'm',
  requests: 3,
  inputTokens: 1,
  outputTokens: 2,
  ttftMs: null,
  timePerOutputTokenMs: null,
  durationMs: null,
}

test('lines that could not be read do not hide the table of the others', () => {
  const page = (part: Partial<GatewayStats>) => {
    const client = new QueryClient()
    client.setQueryData(['gateway-stats', null], { ...stats, ...part })
    return renderToStaticMarkup(
      <QueryClientProvider client={client}>
        <GatewayPage />
      </QueryClientProvider>,
    )
  }
  expect(page({ rows: [row] })).toContain('What the gateway counted')
  expect(page({ rows: [row] })).toContain('One line could not be read.')
  expect(page({})).not.toContain('No call has gone through')
  expect(page({ problem: null })).toContain('No call has gone through')
})
