/** What a Gemini model takes, told from its name. A name without a version (`gemini-flash-latest`) is taken for the newest. */

/** Before 3 thinking has a budget of tokens, from 3 on a level. */
export function thinksInLevels(model: string): boolean {
  return geminiMajor(model) >= 3
}

/**
 * Of the models with levels, those known to take the lowest, `minimal`. The others answer it with a 400: 3.x Pro, and Flash
 * again from 3.7 on; `low` they all take.
 */
export function takesMinimal(model: string): boolean {
  return /gemini-3(\.[15])?-flash/i.test(model)
}

/** From 3 on a tool call of the history without its signature is refused with a 400. */
export function wantsSignatures(model: string): boolean {
  return geminiMajor(model) >= 3
}

/** 0 for other families (Gemma). */
function geminiMajor(model: string): number {
  const [, major] = /gemini-(\d+)/i.exec(model) ?? []
  if (major !== undefined) return Number(major)
  return /gemini/i.test(model) ? Number.POSITIVE_INFINITY : 0
}
