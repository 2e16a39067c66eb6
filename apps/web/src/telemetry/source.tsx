/** Where the figures were read, in whose dialect, and how long ago; or why they could not be read. */
import type { GatewayDialect, GatewayStats } from '@drag-race/contracts'
import { toPlace } from '../gateway-name.ts'
import { useAgo } from './use-gateway-stats.ts'

export const dialectNames: Record<GatewayDialect, string> = {
  'built-in': 'built-in gateway',
  agentgateway: 'agentgateway',
  litellm: 'LiteLLM',
  bifrost: 'Bifrost',
  vllm: 'vLLM',
  unknown: 'unknown gateway',
}

export function Source({ stats, updatedAtMs }: { stats: GatewayStats; updatedAtMs: number }) {
  const ago = useAgo(updatedAtMs)
  if (stats.problem !== null) return <p className="note note-bad telemetry-problem">{stats.problem}</p>
  return (
    <p className="telemetry-source" title={stats.metricsUrl}>
      {dialectNames[stats.dialect]} metrics, {toPlace(stats.metricsUrl, stats.isBuiltIn)}, {ago}
    </p>
  )
}
