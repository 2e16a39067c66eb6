/** Races that are over, in a real browser: the evidence, the history, the leaderboard. */
import type { RacePage } from '@drag-race/contracts'
import { describe, expect, test } from 'vitest'
import { race } from '../apps/api/src/testing/race-client.ts'
import { useRacePage } from './support/race-page.ts'

const { at, button, expectNoSeriousFault, lane, open, setUp } = useRacePage()

describe('a race that is over', () => {
  test('shows the gateway’s account, the simulator’s ledger and other tools’ definitions beside the tape', async () => {
    await setUp('sim-quick', 'sim-slow')
    await button('Start').click()
    const evidence = at.page.getByRole('region', { name: 'Evidence' })
    await evidence.getByText('The gateway’s account beside the tape').click()
    // Every token that the lane counted, the gateway's metrics counted too.
    const account = evidence.getByRole('region', { name: 'The gateway’s account beside the tape' })
    const tokensOut = account.getByRole('row', { name: /^tokens out/ }).first()
    await tokensOut.waitFor()
    const [tape, gateway, difference] = await tokensOut.getByRole('cell').allInnerTexts()
    expect(Number(tape)).toBeGreaterThan(0)
    expect([gateway, difference]).toEqual([tape, '0'])

    await evidence.getByText('Beside the simulator’s ledger').click()
    const ledger = evidence.getByRole('region', { name: 'Beside the simulator’s ledger' })
    await ledger.getByRole('row', { name: /sim-slow/ }).waitFor()
    for (const row of await ledger.getByRole('row', { name: /sim-/ }).all()) {
      const later = await row.getByRole('cell').allInnerTexts()
      expect(later).toEqual(Array(5).fill(expect.stringMatching(/^[+−][\d.,]+ ms$/)))
    }

    await evidence.getByText('The same tape by other tools’ definitions').click()
    const definitions = evidence.getByRole('region', { name: 'The tape by other tools’ definitions' })
    const ours = await definitions.getByRole('row', { name: /^TTFT first token of any kind/ }).innerText()
    const theirs = await definitions
      .getByRole('row', { name: /^TTFT first text, reasoning too/ })
      .first()
      .innerText()
    const figures = (row: string) => row.match(/[\d.,]+(?=\s*ms)/g)
    expect(figures(ours)).toHaveLength(2)
    expect(figures(theirs)).toEqual(figures(ours))
    // The chunk with only the role comes no later than the first token.
    const vllm = await definitions
      .getByRole('row', { name: /^TTFT first chunk that has choices/ })
      .innerText()
    for (const [index, figure] of figures(vllm)!.entries())
      expect(Number(figure)).toBeLessThanOrEqual(Number(figures(ours)![index]))
    expect(figures(vllm)).toHaveLength(2)
    await expectNoSeriousFault()
    expect(at.complaints).toEqual([])
  })

  test('has a permalink that shows the answers and figures as they were', async () => {
    const state = await race(at.house.app.url, {
      prompt: 'Explain the TCP three-way handshake.',
      lanes: [{ model: 'sim-quick' }, { model: 'sim-cut' }],
    })
    await open(`/race/${state.raceId}`)
    await lane(1).getByText('WIN', { exact: true }).waitFor()
    const total = (state.end!.standings[0]!.value! / 1000).toFixed(3)
    expect(await lane(1).getByRole('region', { name: 'Time slip of lane 1' }).innerText()).toContain(
      `${total} s`,
    )
    await lane(2).getByText('DNF').first().waitFor()
    await open('/race/does-not-exist')
    await at.page
      .getByText(/no race/i)
      .first()
      .waitFor()
  })

  test('is listed in the history, can be searched and deleted', async () => {
    await race(at.house.app.url, {
      prompt: 'An okapi in the history',
      lanes: [{ model: 'sim-quick' }, { model: 'sim-slow' }],
    })
    await open('/history')
    await at.page.getByRole('link', { name: /okapi/ }).waitFor()
    await expectNoSeriousFault()
    await at.page.getByRole('searchbox').fill('no such text anywhere')
    await expect.poll(() => at.page.getByRole('link', { name: /okapi/ }).count()).toBe(0)
    await at.page.getByRole('searchbox').fill('okapi')
    await at.page.getByRole('link', { name: /okapi/ }).waitFor()
    await at.page.getByRole('button', { name: /^Delete/ }).click()
    await at.page
      .getByRole('dialog')
      .getByRole('button', { name: /^Delete/ })
      .click()
    await expect.poll(() => at.page.getByRole('link', { name: /okapi/ }).count()).toBe(0)
    const { races } = (await (await fetch(`${at.house.app.url}/api/races?text=okapi`)).json()) as RacePage
    expect(races).toEqual([])
  })

  test.each([
    ['its line', 'No such race', /wombat/],
    ['Replay', 'This race cannot be replayed', /^Replay/],
    ['Compare', 'Compare', /^Compare/],
  ])('when it was deleted elsewhere: %s says so, and the list drops it', async (_name, heading, link) => {
    const { raceId } = await race(at.house.app.url, { prompt: 'A wombat', lanes: [{ model: 'sim-quick' }] })
    await open('/history?text=wombat')
    await at.page.getByRole('link', { name: /wombat/ }).waitFor()
    expect((await fetch(at.url(`/api/races/${raceId}`), { method: 'DELETE' })).status).toBe(204)
    await at.page.getByRole('link', { name: link }).last().click()
    await at.page.getByRole('heading', { name: heading, exact: true }).waitFor()
    await at.page.getByText('There is no race with this id. It may have been deleted.').waitFor()
    await at.page.goBack()
    await at.page.getByText('No race fits these filters.').waitFor()
  })

  test('can be deleted without an error when it was already deleted elsewhere', async () => {
    const { raceId } = await race(at.house.app.url, { prompt: 'A numbat', lanes: [{ model: 'sim-quick' }] })
    await open('/history?text=numbat')
    await at.page.getByRole('button', { name: /^Delete/ }).click()
    await fetch(at.url(`/api/races/${raceId}`), { method: 'DELETE' })
    const dialog = at.page.getByRole('dialog')
    await dialog.getByRole('button', { name: /^Delete/ }).click()
    await dialog.waitFor({ state: 'detached' })
    await at.page.getByText('No race fits these filters.').waitFor()
  })

  test('is found by its tags, from its own page and back', async () => {
    const lanes = [{ model: 'sim-quick' }]
    const tags = { build: '1.4', team: 'search' }
    const { raceId } = await race(at.house.app.url, { prompt: 'A tagged quokka', lanes, tags })
    await race(at.house.app.url, { prompt: 'A quokka without', lanes })
    const quokkas = at.page.getByRole('link', { name: /quokka/ })
    await open(`/race/${raceId}`)
    await at.page.getByRole('link', { name: 'build:1.4' }).click()
    await at.page.waitForURL(/\/history\?tag=build%3A1\.4$/)
    await expect.poll(() => quokkas.allInnerTexts()).toEqual(['A tagged quokka'])
    await expectNoSeriousFault()
    await at.page.getByRole('button', { name: 'Remove the tag build:1.4' }).click()
    await expect.poll(() => quokkas.allInnerTexts()).toEqual(['A quokka without', 'A tagged quokka'])
    await at.page.getByRole('link', { name: 'team:search' }).click()
    await expect.poll(() => quokkas.allInnerTexts()).toEqual(['A tagged quokka'])
    expect(at.complaints).toEqual([])
  })

  test('counts on the leaderboard', async () => {
    await open('/leaderboard')
    await at.page
      .getByRole('row', { name: /sim-quick/ })
      .first()
      .waitFor()
    expect(
      await at.page
        .getByRole('row', { name: /sim-quick/ })
        .first()
        .innerText(),
    ).toMatch(/preliminary/i)
    // Two races or three: ratings have no interval, and percentiles are not shown.
    expect(await at.page.getByRole('region', { name: 'Ratings' }).innerText()).toMatch(/n too small/)
    expect(
      await at.page.getByRole('region', { name: 'Two models, race by race' }).getByRole('combobox').count(),
    ).toBe(2)
    expect(await at.page.getByRole('region', { name: 'Percentiles', exact: true }).innerText()).toMatch(
      /n too small/,
    )
    await at.page.getByRole('region', { name: 'Head to head' }).waitFor()
    await expectNoSeriousFault()
    expect(at.complaints).toEqual([])
  })
})
