/** Checks one line of a tape file by itself: whether it is an event that this version knows and could have written. */
import { withinBounds } from './event-bounds.ts'
import { parseJsonOrNull } from './parse-json.ts'
import { RaceEvent } from './race-event.ts'
import { TapeFault } from './tape-fault.ts'

/** Eleven days: no race is that long. */
const atMsMax = 1e9

/** Both can contain keys of the file, which can have any length. */
const whereCharsMax = 100
const whyCharsMax = 200

const types = new Set<string>(RaceEvent.def.options.flatMap((option) => option.def.shape.type.def.values))

/** Throws a TapeFault. `line` is for its message. */
export function parseTapeEvent(text: string, line: number): RaceEvent {
  const value = parseJsonOrNull(text)
  if (typeof value !== 'object' || value === null) {
    throw new TapeFault(
      'not_an_event',
      line,
      'this is no event, but something else or half of one. Export the tape again.',
    )
  }
  const { type } = value as { type?: unknown }
  if (typeof type !== 'string' || !types.has(type)) {
    const name = typeof type === 'string' ? `\`${type.slice(0, 40)}\`` : 'none'
    throw new TapeFault(
      'unknown_event',
      line,
      `its event type is ${name}, which this version does not know. A newer version may have written it: update, then import again.`,
    )
  }
  const parsed = RaceEvent.safeParse(value)
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!
    const where = path.join('.').slice(0, whereCharsMax)
    const why = message.slice(0, whyCharsMax).replace(/\.$/, '')
    throw new TapeFault(
      'wrong_event',
      line,
      `a \`${type}\` event whose \`${where}\` is not valid: ${why}. The file was changed.`,
    )
  }
  const event = value as RaceEvent
  if (withinBounds(event) !== event) {
    throw new TapeFault(
      'wrong_event',
      line,
      `a \`${type}\` event with longer texts, or more of them, than a race ever writes. The file was changed.`,
    )
  }
  if (Math.abs(event.at) > atMsMax) {
    throw new TapeFault(
      'wrong_event',
      line,
      'its time is more than eleven days away from the start of the race. The file was changed.',
    )
  }
  // The event as it is in the file, without the schema's defaults, because that is what the screen will fold.
  return event
}
