/** The format of a tape file as JSON schema, for programs that read one: docs/tape.schema.json. */
import * as z from 'zod/mini'
import { RaceEvent } from './race-event.ts'
import { TapeHeader } from './tape-file.ts'

/** Every line of a file is valid by it: the first as the header, the others as events. */
export function toTapeJsonSchema(): object {
  const { $schema, ...line } = z.toJSONSchema(z.union([TapeHeader, RaceEvent]), { io: 'input' })
  return {
    $schema,
    title: 'A line of a .tape.jsonl file',
    description:
      'Line 1 is the header (the one with `format`), every other line an event, in the order of `seq`. The `code` of an `error` is `stopped` where somebody pressed stop and `interrupted` where the app ended, or the file was cut, before the lane did; any other one is a failure.',
    ...line,
  }
}
