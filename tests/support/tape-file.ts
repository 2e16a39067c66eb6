/** A tape file of these events with a correct header. */
import { createHash } from 'node:crypto'
import { type RaceEvent, type TapeHeader, tapeFormat, tapeVersion } from '@drag-race/contracts'

export function toTapeFile(events: readonly RaceEvent[]): string {
  const [start] = events
  if (start?.type !== 'race-start') throw new Error('a tape begins with race-start')
  const lines = events.map((event) => `${JSON.stringify(event)}\n`).join('')
  const header: TapeHeader = {
    format: tapeFormat,
    version: tapeVersion,
    raceId: start.raceId,
    events: events.length,
    sha256: createHash('sha256').update(lines).digest('hex'),
    exportedAt: '2026-01-01T00:00:00.000Z',
    appVersion: '0.0.0',
    origin: 'here',
  }
  return `${JSON.stringify(header)}\n${lines}`
}
