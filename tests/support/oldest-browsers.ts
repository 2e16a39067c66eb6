/**
 * Takes from a page what one of the oldest browsers that the web is built for (`targets`) lacks, by MDN's tables. The
 * build lowers syntax and style sheets for them; what scripts call, it leaves as it is.
 */
import bcd from '@mdn/browser-compat-data' with { type: 'json' }
import type { BrowserName, CompatStatement, Identifier } from '@mdn/browser-compat-data/types'
import type { BrowserContext } from 'playwright-core'
import { targets } from '../../apps/web/targets.ts'

/** An interface or a global, or one member of it. */
type Missing = [name: string, member: string | null]

export async function asInOldestBrowsers(context: BrowserContext): Promise<void> {
  const { api, javascript } = bcd as unknown as { api: Identifier; javascript: { builtins: Identifier } }
  await context.addInitScript(takeAway, [...missingIn(api), ...missingIn(javascript.builtins)])
}

const oldest = targets.map((target): [BrowserName, number] => {
  const [, name, version] = /^([a-z]+)([\d.]+)$/.exec(target)!
  return [name === 'ios' ? 'safari_ios' : (name as BrowserName), Number(version)]
})

function missingIn(interfaces: Identifier): Missing[] {
  const missing: Missing[] = []
  for (const [name, feature] of entries(interfaces)) {
    // Browsers without Trusted Types ignore them in a Content-Security-Policy too, which this one does not.
    if (/trusted/i.test(name)) continue
    if (isMissing(feature)) missing.push([name, null])
    for (const [member, part] of entries(feature))
      if (member !== name && isMissing(part)) missing.push([name, member.replace(/_static$/, '')])
  }
  return missing
}

function entries(feature: Identifier): [string, Identifier][] {
  return Object.entries(feature).filter(([name]) => name !== '__compat') as [string, Identifier][]
}

function isMissing({ __compat }: Identifier): boolean {
  return __compat !== undefined && !oldest.every(([browser, version]) => has(__compat, browser, version))
}

function has({ support }: CompatStatement, browser: BrowserName, version: number): boolean {
  return [support[browser] ?? []].flat().some(({ flags, version_added, version_removed }) => {
    if (flags || typeof version_added !== 'string') return false
    const isRemoved = typeof version_removed === 'string' && toNumber(version_removed) <= version
    return toNumber(version_added) <= version && !isRemoved
  })
}

/** "≤37" is 37, "preview" no version that is out. */
function toNumber(version: string): number {
  return version === 'preview' ? Number.POSITIVE_INFINITY : Number.parseFloat(version.replace('≤', ''))
}

/** Runs in the page, before its own scripts. */
function takeAway(missing: Missing[]) {
  const world = globalThis as unknown as Record<string, { prototype?: object } | undefined>
  for (const [name, member] of missing) {
    if (member === null) {
      delete world[name]
      continue
    }
    const key = member.startsWith('@@') ? Symbol[member.slice(2) as 'iterator'] : member
    const holders = name === 'Window' ? [globalThis] : [world[name], world[name]?.prototype]
    for (const holder of holders) if (holder) Reflect.deleteProperty(holder, key)
  }
}
