/**
 * What a call's cost is counted under. A `Count` is a question ("how much has each tenant spent on each day?"). Budgets
 * with the same question share its answer, whatever their amounts are. The gateway's memory and its books count alike.
 */
import type { Period } from './period.ts'

export type Part = 'caller' | 'tenant' | `tag:${string}`

export interface Count {
  /** `caller,tag:agent|day`: unique to this question. */
  readonly name: string
  readonly per: readonly Part[]
  readonly period: Period
}

/** Whose call it is. */
export interface Who {
  readonly caller: string
  readonly tenant: string | null
  readonly tags: Readonly<Record<string, string>>
}

/** What somebody spent in one period. */
export interface Spent {
  /** The name of the count. */
  count: string
  startsAtMs: number
  subject: string
  pico: bigint
}

export function toCount(per: readonly Part[], period: Period): Count {
  // Names of tags are stored in lower case.
  const parts = [...new Set(per.map((part) => part.toLowerCase() as Part))].sort()
  return { name: `${parts.join(',')}|${period}`, per: parts, period }
}

/** The values of `per`, in its order, as JSON. null when the call lacks one of them: it is then not counted here. */
export function toSubject({ per }: Count, who: Who): string | null {
  const values: string[] = []
  for (const part of per) {
    const value = readPart(part, who)
    if (value === null) return null
    values.push(value)
  }
  return JSON.stringify(values)
}

function readPart(part: Part, { caller, tenant, tags }: Who): string | null {
  if (part === 'caller') return caller
  if (part === 'tenant') return tenant
  const name = part.slice('tag:'.length)
  return Object.hasOwn(tags, name) ? tags[name]! : null
}
