/** Reads YAML that may not fit the schema: what is missing, or of another type, counts as empty. */
export type Raw = Record<string, unknown>

export function entries(value: unknown): Raw[] {
  return (Array.isArray(value) ? value : []).map((entry: unknown) => record(entry) ?? {})
}

export function record(value: unknown): Raw | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Raw) : null
}
