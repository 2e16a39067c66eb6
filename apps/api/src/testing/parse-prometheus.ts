import { createPrometheusParser, type ParsedMetrics } from '../telemetry/parse-prometheus.ts'

/** A page that is there whole. */
export function parsePrometheus(text: string): ParsedMetrics {
  const parser = createPrometheusParser()
  parser.push(text)
  return parser.end()
}
