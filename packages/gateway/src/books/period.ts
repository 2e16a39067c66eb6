/** The periods of budgets, all in UTC: weeks begin on Monday. `total` never ends. Times are milliseconds since 1970. */
export const periods = ['hour', 'day', 'week', 'month', 'total'] as const
export type Period = (typeof periods)[number]

export const hourMs = 3_600_000
export const dayMs = 86_400_000
/** 1970 began on a Thursday. */
const firstMondayMs = 4 * dayMs

/** When the period that contains this moment began. */
export function startOf(period: Period, atMs: number): number {
  switch (period) {
    case 'hour':
      return floor(atMs, hourMs)
    case 'day':
      return floor(atMs, dayMs)
    case 'week':
      return floor(atMs - firstMondayMs, 7 * dayMs) + firstMondayMs
    case 'month':
      return startOfMonth(atMs, 0)
    case 'total':
      return 0
  }
}

/** The first moment after the period that begins at `startMs`; null if it never ends. */
export function endOf(period: Period, startMs: number): number | null {
  switch (period) {
    case 'hour':
      return startMs + hourMs
    case 'day':
      return startMs + dayMs
    case 'week':
      return startMs + 7 * dayMs
    case 'month':
      return startOfMonth(startMs, 1)
    case 'total':
      return null
  }
}

function floor(atMs: number, stepMs: number): number {
  return Math.floor(atMs / stepMs) * stepMs
}

function startOfMonth(atMs: number, later: 0 | 1): number {
  const date = new Date(atMs)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + later)
}
