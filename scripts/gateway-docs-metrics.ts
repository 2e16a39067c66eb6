/** The gateway's metrics → a page with a row for each. */
import { listMetrics } from '../packages/gateway/src/list-metrics.ts'
import { toTable } from './markdown-table.ts'

export function toMetricsPage(): string {
  const rows = listMetrics().map(({ name, type, labelNames, help }) => [
    `\`${name}\``,
    type,
    labelNames.map((label) => `\`${label}\``).join(', ') || '–',
    help,
  ])
  return `${opening}\n${toTable(['Name', 'Type', 'Labels', 'Meaning'], rows)}\n`
}

const opening = `# Metrics of the gateway

Generated from the gateway's registry by \`npm run gateway:docs\`: change the texts in \`packages/gateway/src\`.

In Prometheus' text form at \`GET /metrics\` on \`GATEWAY_METRICS_PORT\` (15020). They start at zero with the process. Names
that begin with \`gen_ai\` follow OpenTelemetry's conventions for generative AI, those with \`process\` and \`nodejs\`
Prometheus' own. A histogram consists of \`_bucket\` (by \`le\`), \`_sum\` and \`_count\`. A metric with labels has no row
until it has a value, and without books there is no \`gateway_books_…\`.

A call is counted when it is over. \`gen_ai_request_model\` is the model as the caller named it, \`gen_ai_response_model\`
the one that answered as its provider names it (\`other\` beyond 500 of them), \`target\` a model by its name in the
config. The values of \`error_type\`, and of \`reason\` of \`gateway_refused_total\`, are [error codes](gateway-errors.md).
`
