/** When a race began, in the reader's own time zone and format. */
export function StartedAt({ at }: { at: string | null }) {
  if (at === null) return null
  return (
    <time className="dim" dateTime={at}>
      {new Date(at).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' })}
    </time>
  )
}
