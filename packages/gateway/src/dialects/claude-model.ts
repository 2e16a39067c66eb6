/**
 * What a Claude model accepts, by its name, at Anthropic and at Bedrock
 * (`claude-opus-4-6`, `claude-3-7-sonnet-20250219`, `us.anthropic.claude-sonnet-4-5-20250929-v1:0`).
 *
 * A name without a version counts as the newest, because all older models have their version in their name. So does the
 * name of another model that speaks Anthropic's dialect (`MiniMax-M2`): its numbers are no versions of Claude. Sources:
 * Anthropic's pages on adaptive thinking, effort and structured outputs, and on what is new in each model (2026).
 */
export function isClaude(model: string): boolean {
  return /claude/i.test(model)
}

/**
 * From 4.6 on the model decides how much it thinks, steered by an effort; before, thinking has a budget of tokens only.
 * From 4.7 on a budget is refused.
 */
export function thinksAdaptively(model: string): boolean {
  return claudeVersion(model) >= 406
}

/** How to ask for an answer without thinking first; null for a model that always thinks. */
export function withoutThinking(model: string): 'disabled' | 'between_tools' | null {
  if (/fable|mythos/i.test(model) || isFrom(505, model, /opus/i)) return null
  return isFrom(505, model, /sonnet/i) ? 'between_tools' : 'disabled'
}

/** Opus and Sonnet from 5.5 on, Fable and Mythos from 5.1 on refuse a choice that forces a call. */
export function refusesForcedCalls(model: string): boolean {
  return isFrom(505, model, /opus|sonnet/i) || isFrom(501, model, /fable|mythos/i)
}

/** From 4.7 on the model refuses any temperature, `top_p` or `top_k` but its default. */
export function refusesSampling(model: string): boolean {
  return isFrom(407, model, /claude/i)
}

/**
 * Opus from 4.8 on, Fable and Mythos from 5 on, Sonnet and Haiku from 5.5 on take instructions between turns. From 5.5
 * (5.1) on their thinking is bound to all that stood before it, so that an instruction that moves to the top later makes
 * them refuse it.
 */
export function takesInstructionsBetween(model: string): boolean {
  return (
    isFrom(408, model, /opus/i) || isFrom(500, model, /fable|mythos/i) || isFrom(505, model, /sonnet|haiku/i)
  )
}

/** From 4.5 on the model follows the schema of a tool marked `strict`, and that of `output_config.format`. */
export function keepsToSchemas(model: string): boolean {
  return claudeVersion(model) >= 405
}

/**
 * Anthropic wants `max_tokens` in every request. 16,384 leaves room for the thinking that newer models do unasked;
 * models before 3.7 refuse more than 4,096 or 8,192.
 */
export function maxTokensDefault(model: string): number {
  return claudeVersion(model) >= 307 ? 16_384 : 4_096
}

/** Is it a model of this family, of this version or a later one? Not where the name has no version. */
function isFrom(version: number, model: string, family: RegExp): boolean {
  const own = claudeVersion(model)
  return family.test(model) && own >= version && Number.isFinite(own)
}

/** 4.6 is 406; Infinity when the name has no version. Dates (`20250929`) and Bedrock's `v1:0` are no versions. */
function claudeVersion(model: string): number {
  if (!isClaude(model)) return Number.POSITIVE_INFINITY
  const name = model.slice(model.toLowerCase().lastIndexOf('claude'))
  const numbers = name.split(/[-.@:]/).filter((part) => /^\d+$/.test(part) || /^v\d+$/.test(part))
  const [major, minor] = numbers.map((part) =>
    part.length <= 2 && !part.startsWith('v') ? Number(part) : null,
  )
  if (major == null) return Number.POSITIVE_INFINITY
  return major * 100 + (minor ?? 0)
}
