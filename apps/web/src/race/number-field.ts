/**
 * Numbers as they are typed. The fields are text: a browser's own number field takes `0,2` for 2, or for nothing at all,
 * unless the browser itself speaks a language with decimal commas. What is no number becomes NaN, which JSON writes as
 * null, and the app answers with what to write.
 */
export function parseDecimal(field: string): number {
  return Number(field.replace(',', '.'))
}

/** Digits alone: `1.000` and `1,000` are one or a thousand, depending on who reads them. */
export function parseWhole(field: string): number {
  return /^\d+$/.test(field.trim()) ? Number(field) : Number.NaN
}
