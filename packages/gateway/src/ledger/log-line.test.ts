import { pino } from 'pino'
import { expect, test } from 'vitest'
import { createLogLine } from './log-line.ts'
import type { CallRecord, Outcome } from './record.ts'

/** What is logged at this level about a good call, one that the caller got wrong, and one that went wrong. */
function linesAt(level: string): unknown[] {
  const lines: unknown[] = []
  const read = createLogLine(
    pino({ level }, { write: (line) => void lines.push(JSON.parse(line).requestId) }),
  )
  const outcomes: Record<string, Outcome> = {
    good: { kind: 'ok' },
    refused: { kind: 'failed', code: 'http_400', status: 400 },
    bad: { kind: 'failed', code: 'http_500', status: 500 },
  }
  for (const [requestId, outcome] of Object.entries(outcomes)) {
    read({ requestId, outcome, attempts: [], guardrails: [] } as unknown as CallRecord)
  }
  return lines
}

test('every call has a line; with level `warn` only those that failed for no fault of their callers', () => {
  expect(linesAt('info')).toEqual(['good', 'refused', 'bad'])
  expect(linesAt('warn')).toEqual(['bad'])
  expect(linesAt('error')).toEqual([])
})
