/** Starts the screen: one query client, one router, one root. */
// Fonts are bundled, never from a remote host. The `wdth` files carry weight and width, and no other axis.
import '@fontsource-variable/archivo/wdth.css'
import '@fontsource-variable/archivo/wdth-italic.css'
import '@fontsource-variable/martian-mono/wdth.css'
import './look/tokens.css'
import './look/base.css'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { facesReady } from './look/faces-ready.ts'
import { isAway } from './read-json.ts'

const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      // A refusal is final; only a server that is away can be back in a moment.
      retry: (failures, problem) => failures < 2 && isAway(problem),
      // Queries that it did not answer are asked again, so that nobody has to reload the page.
      refetchInterval: ({ state }) => (isAway(state.error) ? 5_000 : false),
    },
  },
})

await facesReady()
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <App />
    </QueryClientProvider>
  </StrictMode>,
)
