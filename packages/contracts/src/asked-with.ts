/**
 * What a lane was asked with besides the prompt: its settings, and the system prompt before it. A figure says little
 * without it: three tokens are sooner there than sixty. Streaming is none of these; it stands beside each lane.
 */
import { toMetadataLines } from './lane-metadata.ts'
import type { LaneParams, RaceRequest } from './race-request.ts'

export interface AskedWith {
  params: LaneParams
  /** As it was sent, the lane's own or that of all. */
  system: string | undefined
  hasOwnSystem: boolean
}

/** null of a lane that nobody asked for: a sentinel's. */
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
 * `max tokens 3`, `metadata task=summary`, `own system prompt`: what was set, and nothing of what was left to the
 * provider.
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
    one.system === other.system && keys.every((key) => toText(one.params[key]) === toText(other.params[key]))
  )
}

/** null of what sets nothing. */
function toText(value: LaneParams[keyof LaneParams]): string | null {
  if (typeof value !== 'object') return value === undefined ? null : String(value)
  return toMetadataLines(value).join(', ') || null
}
