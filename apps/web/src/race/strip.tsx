/** The strip: a row for each lane between one start line and one finish, to be read from the back of a room. */
import './strip.css'
import type { ReactNode } from 'react'

export function Strip({
  label,
  laneCount,
  children,
  footer,
}: {
  label: string
  laneCount: number
  children: ReactNode
  footer?: ReactNode
}) {
  const classes = ['strip', laneCount > 8 && 'strip-many', footer !== undefined && 'strip-setup']
  return (
    <section className={classes.filter(Boolean).join(' ')} aria-label={label}>
      <ol className="strip-rows">{children}</ol>
      {footer}
    </section>
  )
}
