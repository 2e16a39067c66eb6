/** Reads YAML that may not fit the schema: what is missing, or of another type, counts as empty. */
export type Raw = Record<string, unknown>

export function entries(value: unknown): Raw[] {
  return list(value).map((entry) => record(entry) ?? {})
}

export function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}

export function record(value: unknown): Raw | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Raw) : null
}
