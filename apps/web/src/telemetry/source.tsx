/** Where the figures were read, in whose dialect, and how long ago; or why they could not be read. */
import type { GatewayDialect, GatewayStats } from '@drag-race/contracts'
import { useAgo } from './use-gateway-stats.ts'

const dialectNames: Record<GatewayDialect, string> = {
  'built-in': 'built-in gateway',
  agentgateway: 'agentgateway',
  litellm: 'LiteLLM',
  bifrost: 'Bifrost',
  unknown: 'unknown gateway',
}

export function Source({ stats, updatedAtMs }: { stats: GatewayStats; updatedAtMs: number }) {
  const ago = useAgo(updatedAtMs)
  if (stats.problem !== null) return <p className="note note-bad telemetry-problem">{stats.problem}</p>
  const { port, host } = URL.parse(stats.metricsUrl) ?? { port: '', host: stats.metricsUrl }
  return (
    <p className="telemetry-source" title={stats.metricsUrl}>
      {dialectNames[stats.dialect]} metrics, {stats.isBuiltIn ? port : host}, {ago}
    </p>
  )
}
