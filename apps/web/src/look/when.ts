/**
 * Times as people say them: how long ago, the day, the minute, and in full for those who ask. In the reader's own time
 * zone, and in the one language of the screen.
 */

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

const units: { unit: Intl.RelativeTimeFormatUnit; ms: number; below: number }[] = [
  { unit: 'minute', ms: minuteMs, below: hourMs },
  { unit: 'hour', ms: hourMs, below: dayMs },
  { unit: 'day', ms: dayMs, below: 14 * dayMs },
]

const relative = new Intl.RelativeTimeFormat('en-GB', { style: 'short' })
const date = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' })
const minute = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' })
const full = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeStyle: 'medium' })

/** `just now`, `3 min ago`, `2 hr ago`, `5 days ago`, then the date; also the date of a time more than a day ahead. */
export function toAgo(iso: string, nowMs: number): string {
  const at = Date.parse(iso)
  if (Number.isNaN(at)) return 'at an unknown time'
  const age = nowMs - at
  if (age < -dayMs) return date.format(at)
  if (age < minuteMs) return 'just now'
  const found = units.find(({ below }) => age < below)
  return found ? relative.format(-Math.floor(age / found.ms), found.unit) : date.format(at)
}

/** `1 Feb 2026` */
export const toDay = (iso: string) => print(date, iso)

/** `1 Feb 2026, 12:00` */
export const toMinute = (iso: string) => print(minute, iso)

/** `Sunday, 1 February 2026 at 12:00:00` */
export const toFullTime = (iso: string) => print(full, iso)

function print(form: Intl.DateTimeFormat, iso: string): string {
  const at = Date.parse(iso)
  return Number.isNaN(at) ? iso : form.format(at)
}
