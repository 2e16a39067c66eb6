/** When a race began, by the reader's own clock and in the reader's own way. */
export function StartedAt({ at }: { at: string | null }) {
  if (at === null) return null
  return (
    <time className="dim" dateTime={at}>
      {new Date(at).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' })}
    </time>
  )
}
