/** A note above the strip, when the setup has no fields for a part of the race that it was taken from. */
export function LeftOutNote({ leftOut }: { leftOut: readonly string[] }) {
  if (leftOut.length === 0) return null
  return (
    <p className="note setup-notes" role="alert">
      Of the race before, this leaves out {leftOut.join(', ')}: there is no field for it. “Race again” on that
      race keeps everything.
    </p>
  )
}
