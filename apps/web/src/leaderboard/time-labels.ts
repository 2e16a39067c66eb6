/**
 * The names of points in time along an axis: hours within a day, days and hours under three days, days under 300, else
 * months. In the reader's own time zone, and in the one language of the screen.
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

/** Which steps are named: the ends and what is evenly between, at most `labelsMax`, and no name twice in a row. */
export function toTickSteps(labels: readonly string[], labelsMax: number): number[] {
  const count = Math.max(1, Math.min(labels.length, labelsMax))
  const steps =
    count === 1
      ? labels.map((_, step) => step).slice(0, 1)
      : Array.from({ length: count }, (_, index) => Math.round((index * (labels.length - 1)) / (count - 1)))
  return steps.filter((step, index) => index === 0 || labels[step] !== labels[steps[index - 1] ?? 0])
}

const dayMs = 24 * 60 * 60 * 1000
