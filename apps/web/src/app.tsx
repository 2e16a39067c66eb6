/**
 * The shell and the map of the site: which address shows which page. `/` and `/race/:id` are one screen, so that
 * nothing moves when the first turns into the second at the green light.
 */
import { lazy, Suspense } from 'react'
import { Route, Switch, useLocation } from 'wouter'
import { Guard } from './guard.tsx'
import { Header } from './header.tsx'
import { RacePage } from './race/race-page.tsx'
import { useFocusOnPage } from './use-focus-on-page.ts'
import { usePageTitle } from './use-page-title.ts'

const HistoryPage = lazy(async () => ({ default: (await import('./history/history-page.tsx')).HistoryPage }))
const LeaderboardPage = lazy(async () => ({
  default: (await import('./leaderboard/leaderboard-page.tsx')).LeaderboardPage,
}))
const PromptsPage = lazy(async () => ({ default: (await import('./prompts/prompts-page.tsx')).PromptsPage }))
const GatewayPage = lazy(async () => ({
  default: (await import('./telemetry/gateway-page.tsx')).GatewayPage,
}))

const ReplayPage = lazy(async () => ({ default: (await import('./replay/replay-page.tsx')).ReplayPage }))
const ComparePage = lazy(async () => ({ default: (await import('./compare/compare-page.tsx')).ComparePage }))

export function App() {
  const [address] = useLocation()
  const content = useFocusOnPage(address)
  return (
    <>
      <a className="skip-link" href="#content">
        Skip to content
      </a>
      <Header />
      <main ref={content} id="content" tabIndex={-1}>
        <Guard what="This page" place={address}>
          <Suspense fallback={<p className="page dim">Loading …</p>}>
            <Switch>
              <Route path="/history">
                <HistoryPage />
              </Route>
              <Route path="/leaderboard">
                <LeaderboardPage />
              </Route>
              <Route path="/gateway">
                <GatewayPage />
              </Route>
              <Route path="/prompts">
                <PromptsPage />
              </Route>
              <Route path="/race/:id/replay">{({ id }) => <ReplayPage id={id} />}</Route>
              <Route path="/compare/:one/:other?">
                {({ one, other }) => <ComparePage one={one} other={other ?? null} />}
              </Route>
              <Route path="/race/:id">{({ id }) => <RacePage id={id} />}</Route>
              <Route path="/">
                <RacePage id={null} />
              </Route>
              <Route>
                <NotFound />
              </Route>
            </Switch>
          </Suspense>
        </Guard>
      </main>
    </>
  )
}

function NotFound() {
  usePageTitle('No such page')
  return (
    <div className="page">
      <h1>No such page</h1>
      <p className="page-lede">There is nothing at this address. Use the links above.</p>
    </div>
  )
}
