/** Right-to-left text is laid out from the right in the browser, wherever it is shown or written. */
import type { Locator, Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { arabic, useLayoutPage } from './support/layout-page.ts'

const { at, open } = useLayoutPage('four', 'eight')

describe('right-to-left text', () => {
  async function expectFromTheRight(shown: Page) {
    const answer = shown.locator('article[data-lane="1"] .md')
    await answer.waitFor()
    expect(await directions(answer.locator('p, ul, li, table, pre'))).toEqual([
      'p rtl',
      'ul rtl',
      'li rtl',
      'p rtl',
      'li rtl',
      'p rtl',
      'table rtl',
      'p ltr',
      'ul ltr',
      'li ltr',
      'p ltr',
      'pre ltr',
    ])
    const beside = await answer
      .locator('li > p')
      .evaluateAll((all) =>
        all.map((part) => part.ownerDocument.defaultView?.getComputedStyle(part).textAlign),
      )
    expect(beside).toEqual(['right', 'right', 'left'])
    expect(await directions(shown.locator('.prompt-text'))).toEqual(['section rtl'])
  }

  test('has its direction by block in an answer and a prompt, in a race, a replay and an exported page', async () => {
    await open('/race/four', 1280)
    await expectFromTheRight(at.page)
    await open('/race/four/replay', 1280)
    await at.page.getByRole('slider', { name: 'Time in the race' }).press('End')
    await expectFromTheRight(at.page)
    await expectFromTheRight(await at.openExported('four'))
  })

  test('goes from the right where it is written', async () => {
    await open('/', 1280)
    const prompt = at.page.getByRole('textbox', { name: 'Prompt', exact: true })
    await prompt.fill(arabic)
    await at.page.locator('.lane-settings summary').first().click()
    const system = at.page.getByRole('textbox', { name: 'system prompt' }).first()
    await system.fill(arabic)
    expect(await directions(prompt)).toEqual(['textarea rtl'])
    expect(await directions(system)).toEqual(['textarea rtl'])
    expect(await system.inputValue()).toBe(arabic)
  })

  test('goes from the right in the lists of races', async () => {
    await open('/history', 1280)
    expect(new Set(await directions(at.page.locator('.race-line-prompt')))).toEqual(new Set(['a rtl']))
    await open('/compare/four', 1280)
    expect(new Set(await directions(at.page.locator('.compare-choices a')))).toEqual(new Set(['a rtl']))
  })
})

function directions(parts: Locator): Promise<string[]> {
  return parts.evaluateAll((all) =>
    all.map((part) => {
      const style = part.ownerDocument.defaultView?.getComputedStyle(part)
      return `${part.localName} ${style?.direction}`
    }),
  )
}
