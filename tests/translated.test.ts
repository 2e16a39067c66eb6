/** A reader whose browser translates the pages of other languages. */
import { expect, test } from 'vitest'
import { useRacePage } from './support/race-page.ts'

const { at, button, lane, setUp } = useRacePage()

test('a page that is translated while the race runs shows what it shows untranslated', async () => {
  await setUp('sim-quick', 'sim-slow')
  await at.page.evaluate(translator)
  await button('Start').click()
  const figures = async () => {
    await button('Race again').waitFor()
    await lane(1).getByText('WIN', { exact: true }).waitFor()
    return Promise.all([1, 2].map((number) => lane(number).innerText()))
  }
  const shown = await figures()
  await at.page.reload()
  expect(await figures()).toEqual(shown)
  const exported = await at.openExported(at.page.url().split('/').at(-1)!)
  expect(await exported.locator('html').getAttribute('translate')).toBe('no')
})

/** As translators do it: each text that may be translated is taken out, and another one put in its place. */
const translator = `
  const translateIn = (root) => {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT)
    const texts = []
    while (walker.nextNode()) texts.push(walker.currentNode)
    for (const text of texts) {
      if (text.parentElement?.closest('[translate="no"], font, script, style, textarea')) continue
      const font = document.createElement('font')
      font.textContent = text.textContent
      text.parentElement?.replaceChild(font, text)
    }
  }
  translateIn(document.body)
  new MutationObserver((changes) => {
    for (const { target } of changes) translateIn(target)
  }).observe(document.body, { childList: true, subtree: true })
`
