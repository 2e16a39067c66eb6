import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { renderToStaticMarkup } from 'react-dom/server'
import { afterEach, expect, test, vi } from 'vitest'
import { TelemetryPanel } from './telemetry-panel.tsx'

afterEach(() => vi.unstubAllGlobals())

test('is open where the browser stores nothing', () => {
  const getItem = () => {
    throw new DOMException('Access is denied for this document.', 'SecurityError')
  }
  vi.stubGlobal('localStorage', { getItem })
  const panel = renderToStaticMarkup(
    <QueryClientProvider client={new QueryClient()}>
      <TelemetryPanel />
    </QueryClientProvider>,
  )
  expect(panel).toContain('aria-expanded="true"')
})
