/**
 * What a lane was asked with besides the prompt: its settings and its system prompt. A figure says little without
 * them: three tokens arrive sooner than sixty. Streaming is not among them, because it is shown with each lane.
 */
import { toMetadataLines } from './lane-metadata.ts'
import type { LaneParams, RaceRequest } from './race-request.ts'

export interface AskedWith {
  params: LaneParams
  /** The system prompt that was sent, the lane's own or that of all lanes. */
  system: string | undefined
  hasOwnSystem: boolean
}

/** null for a sentinel, which is not in the request. */
export function toAskedWith(
  { lanes, system }: Pick<RaceRequest, 'lanes' | 'system'>,
  lane: number,
): AskedWith | null {
  const asked = lanes[lane]
  if (!asked) return null
  const { params = {}, system: own } = asked
  return { params, system: own ?? system, hasOwnSystem: own !== undefined }
}

const names: Record<keyof LaneParams, string> = {
  maxTokens: 'max tokens',
  temperature: 'temperature',
  topP: 'top p',
  seed: 'seed',
  metadata: 'metadata',
}
const keys = Object.keys(names) as (keyof LaneParams)[]

/**
 * `max tokens 3`, `metadata task=summary`, `own system prompt`: what was set, without what was left to the provider.
 */
export function toAskedWords({ params, system, hasOwnSystem }: AskedWith): string[] {
  const words = keys.flatMap((key) => {
    const text = toText(params[key])
    return text === null ? [] : `${names[key]} ${text}`
  })
  if (system !== undefined) words.push(hasOwnSystem ? 'own system prompt' : 'system prompt of all')
  return words
}

export function areAskedAlike(one: AskedWith, other: AskedWith): boolean {
  return (
    one.system === other.system && keys.every((key) => toKey(one.params[key]) === toKey(other.params[key]))
  )
}

/** In `toText` two entries of metadata can look like one: a value may hold `, ` and `=`. */
function toKey(value: LaneParams[keyof LaneParams]): string | null {
  return typeof value === 'object' && toText(value) !== null
    ? JSON.stringify(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : toText(value)
}

/** null for a value that sets nothing. */
function toText(value: LaneParams[keyof LaneParams]): string | null {
  if (typeof value !== 'object') return value === undefined ? null : String(value)
  return toMetadataLines(value).join(', ') || null
}
