/** What a Gemini model takes, by its name. A name without a version (`gemini-flash-latest`) counts as the newest. */

/** Thinking has a budget of tokens before version 3, a level from 3 on. */
export function thinksInLevels(model: string): boolean {
  return geminiMajor(model) >= 3
}

/** The least budget that the model takes: 2.5 Pro cannot stop thinking, and answers less than this with a 400. */
export function thinkingBudgetMin(model: string): number {
  return /gemini-2\.5-pro/i.test(model) ? 128 : 0
}

/**
 * Of the models with levels, those that are known to take the lowest, `minimal`. The others answer it with a 400: 3.x
 * Pro, and Flash again from 3.7 on. All of them take `low`.
 */
export function takesMinimal(model: string): boolean {
  return /gemini-3(\.[15])?-flash/i.test(model)
}

/** From 3 on the model refuses a tool call of the history without its signature, with a 400. */
export function wantsSignatures(model: string): boolean {
  return geminiMajor(model) >= 3
}

/** The major version; 0 for other families (Gemma). */
function geminiMajor(model: string): number {
  const [, major] = /gemini-(\d+)/i.exec(model) ?? []
  if (major !== undefined) return Number(major)
  return /gemini/i.test(model) ? Number.POSITIVE_INFINITY : 0
}
