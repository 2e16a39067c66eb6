/** A note above the strip, when the setup has no fields for a part of the race that it was taken from. */
export function LeftOutNote({ leftOut }: { leftOut: readonly string[] }) {
  if (leftOut.length === 0) return null
  return (
    <p className="note setup-notes" role="alert">
      Left out of the previous race, because there is no field for it: {leftOut.join(', ')}. “Race again” on
      that race keeps everything.
    </p>
  )
}
