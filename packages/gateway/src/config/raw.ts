/** Steps through a value of unknown shape, for checks that must not stop at the first fault. */
export type Raw = Record<string, unknown>

/** The list's maps; what is none counts as an empty one, so that places stay right. */
export function entries(value: unknown): Raw[] {
  return (Array.isArray(value) ? value : []).map((entry: unknown) => record(entry) ?? {})
}

export function record(value: unknown): Raw | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Raw) : null
}
