/** When a race began. */
import { toMinute } from '../look/when.ts'

export function StartedAt({ at }: { at: string | null }) {
  if (at === null) return null
  return (
    <time className="dim" dateTime={at}>
      {toMinute(at)}
    </time>
  )
}
