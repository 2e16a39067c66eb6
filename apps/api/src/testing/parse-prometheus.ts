import { createPrometheusParser, type ParsedMetrics } from '../telemetry/parse-prometheus.ts'

/** Parses a page that has arrived whole. */
export function parsePrometheus(text: string): ParsedMetrics {
  const parser = createPrometheusParser()
  parser.push(text)
  return parser.end()
}
