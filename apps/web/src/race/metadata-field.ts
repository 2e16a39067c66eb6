/** A lane's metadata as they are typed: a line each, `task=summary`. */
import { type LaneMetadata, toMetadataLines } from '@drag-race/contracts'

/** null where the lines would be read as something else: a name may hold `=`, and a value ends of lines. */
export function toMetadataField(metadata: LaneMetadata = {}): string | null {
  const field = toMetadataLines(metadata).join('\n')
  const read = parseMetadataField(field)
  const isSame = Object.entries(metadata).every(([name, value]) => read[name] === value)
  return isSame && Object.keys(read).length === Object.keys(metadata).length ? field : null
}

/** A line without `=` is a value without a name, which the app refuses with what to write. */
export function parseMetadataField(field: string): LaneMetadata {
  const pairs = field
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const nameEnd = Math.max(0, line.indexOf('='))
      return [line.slice(0, nameEnd).trim(), line.slice(nameEnd).replace('=', '').trim()]
    })
  // Not by assignment: a name may be `__proto__`.
  return Object.fromEntries(pairs)
}
