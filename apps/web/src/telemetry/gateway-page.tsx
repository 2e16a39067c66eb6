/** The gateway's page: which gateway it is, everything it counts, its own time per call, and which models it offers. */
import './telemetry.css'
import './gateway-page.css'
import type { GatewayStats, ModelList } from '@drag-race/contracts'
import type { UseQueryResult } from '@tanstack/react-query'
import { useModels } from '../race/use-library.ts'
import { useHealth } from '../use-health.ts'
import { usePageTitle } from '../use-page-title.ts'
import { AverageStrip } from './average-strip.tsx'
import { BudgetTable } from './budget-table.tsx'
import { ClockSection } from './clock-section.tsx'
import { GatewayTable } from './gateway-table.tsx'
import { ModelTable } from './model-table.tsx'
import { Overhead } from './overhead.tsx'
import { dialectNames, Source } from './source.tsx'
import { TargetTable } from './target-table.tsx'
import { useGatewayStats } from './use-gateway-stats.ts'

export function GatewayPage() {
  usePageTitle('Gateway')
  const stats = useGatewayStats({ raceId: null, isRacing: false })
  const health = useHealth()
  const models = useModels()
  return (
    <div className="page gateway-page">
      <h1>Gateway</h1>
      <p className="page-lede">
        Every lane calls its model through one gateway. These are that gateway’s own counts, read from its
        Prometheus metrics; the race itself measured nothing here but the margin of its clock.
      </p>
      {stats.error && <p className="note note-bad">{stats.error.message}</p>}
      {stats.data && (
        <>
          <Facts stats={stats.data} />
          <AverageStrip rows={stats.data.rows} />
          <section aria-labelledby="gateway-counted">
            <h2 id="gateway-counted">Counted since its start</h2>
            <Source stats={stats.data} updatedAtMs={stats.dataUpdatedAt} />
            {(stats.data.problem === null || stats.data.rows.length > 0) && (
              <GatewayTable rows={stats.data.rows} />
            )}
          </section>
          <Targets targets={stats.data.targets} />
          <Budgets budgets={stats.data.budgets} />
          {stats.data.overhead !== null && (
            <Overhead dialect={stats.data.dialect} overhead={stats.data.overhead} />
          )}
        </>
      )}
      {stats.isPending && <p className="dim">Reading the metrics …</p>}
      {/* These sections wait for those above, so that nothing pushes them down later. */}
      {!stats.isPending && !health.isPending && (
        <>
          <ClockSection />
          <Models models={models} />
        </>
      )}
    </div>
  )
}

/** The gateway reports no targets before its first call. */
function Targets({ targets }: Pick<GatewayStats, 'targets'>) {
  if (targets === null || targets.length === 0) return null
  return (
    <section aria-labelledby="gateway-targets">
      <h2 id="gateway-targets">Targets</h2>
      <p className="telemetry-source">
        state of each target’s circuit breaker, attempts repeated there, and attempts that went on to another
      </p>
      <TargetTable targets={targets} />
    </section>
  )
}

function Budgets({ budgets }: Pick<GatewayStats, 'budgets'>) {
  if (budgets === null || budgets.length === 0) return null
  return (
    <section aria-labelledby="gateway-budgets">
      <h2 id="gateway-budgets">Budgets</h2>
      <p className="telemetry-source">in the current period of each; the most used budget first</p>
      <BudgetTable budgets={budgets} />
    </section>
  )
}

function Models({ models: { data, error } }: { models: UseQueryResult<ModelList> }) {
  return (
    <section aria-labelledby="gateway-models">
      <h2 id="gateway-models">Models</h2>
      {error && <p className="note note-bad">{error.message}</p>}
      {data && data.problem !== null && <p className="note note-bad">{data.problem}</p>}
      {data && data.problem === null && <ModelTable models={data.models} />}
    </section>
  )
}

function Facts({ stats }: { stats: GatewayStats }) {
  const facts = [
    { name: 'calls go to', value: stats.gatewayUrl },
    { name: 'metrics from', value: stats.metricsUrl },
    {
      name: 'kind',
      value: stats.isBuiltIn ? 'built in' : `${dialectNames[stats.dialect]}, set by GATEWAY_URL`,
    },
  ]
  return (
    <dl className="gateway-facts">
      {facts.map(({ name, value }) => (
        <div key={name}>
          <dt className="label">{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
