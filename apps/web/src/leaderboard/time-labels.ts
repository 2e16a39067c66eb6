/**
 * The names of points in time along an axis: hours within a day, days within a year, else months. In the reader's own time zone, and
 * in the one language of the screen.
 */
export function toTimeLabels(times: readonly Date[], timeZone?: string): string[] {
  const first = times[0]
  const last = times.at(-1)
  if (first === undefined || last === undefined) return []
  const print = (form: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat('en-GB', timeZone === undefined ? form : { ...form, timeZone })
  const day = print({ day: 'numeric', month: 'short', year: 'numeric' })
  if (day.format(first) === day.format(last)) {
    return times.map((time) => print({ hour: '2-digit', minute: '2-digit' }).format(time))
  }
  const days = (last.getTime() - first.getTime()) / dayMs
  const form = print(
    days < 3
      ? { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' }
      : days < 300
        ? { day: 'numeric', month: 'short' }
        : { month: 'short', year: 'numeric' },
  )
  return times.map((time) => form.format(time))
}

/** Which of `count` steps are named: the ends and what is evenly between, at most `labelsMax`. */
export function toTickSteps(count: number, labelsMax: number): number[] {
  const labels = Math.max(1, Math.min(count, labelsMax))
  if (labels === 1) return count > 0 ? [0] : []
  return Array.from({ length: labels }, (_, index) => Math.round((index * (count - 1)) / (labels - 1)))
}

const dayMs = 24 * 60 * 60 * 1000
