/** Faults of a page for people who cannot see it, or cannot use a mouse: axe's serious and critical findings. */
import axe from 'axe-core'
import type { Page } from 'playwright-core'

export async function seriousFaults(page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  return page.evaluate(async () => {
    const { violations } = await (globalThis as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run()
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
  })
}

interface AxeResults {
  violations: { id: string; impact: string; nodes: { html: string }[] }[]
}
