/** A lane's metadata as they are typed: one `task=summary` on each line. */
import { type LaneMetadata, toMetadataLines } from '@drag-race/contracts'

/** null where the lines would be read back as something else: a name can contain `=`, and a value line breaks. */
export function toMetadataField(metadata: LaneMetadata = {}): string | null {
  const field = toMetadataLines(metadata).join('\n')
  const read = parseMetadataField(field)
  const isSame = Object.entries(metadata).every(([name, value]) => read[name] === value)
  return isSame && Object.keys(read).length === Object.keys(metadata).length ? field : null
}

/** A line without `=` becomes a value without a name, which the app refuses with a message that says what to write. */
export function parseMetadataField(field: string): LaneMetadata {
  const pairs = field
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const nameEnd = Math.max(0, line.indexOf('='))
      return [line.slice(0, nameEnd).trim(), line.slice(nameEnd).replace('=', '').trim()]
    })
  // Not by assignment, because a name can be `__proto__`.
  return Object.fromEntries(pairs)
}
