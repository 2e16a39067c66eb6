/** The parts of a page that most tests of the screen use. */
import { expect } from 'vitest'
import { seriousFaults } from './axe.ts'
import { useHousePage } from './house-page.ts'
import type { HouseOptions } from './programs.ts'
import { setUpRace } from './start-page.ts'

/** `prepare`: as for `useHousePage`. */
export function useRacePage(prepare?: () => Promise<HouseOptions>) {
  const at = useHousePage(prepare)
  return {
    at,
    button: (name: string) => at.page.getByRole('button', { name, exact: true }),
    lane: (number: number) => at.page.locator(`article[data-lane="${number - 1}"]`),
    row: (number: number) => at.page.locator(`.strip-row[data-lane="${number - 1}"]`),
    open: (path = '/') => at.page.goto(at.url(path)),
    setUp: (...models: string[]) => setUpRace(at.page, at.url('/'), models),
    async expectNoSeriousFault(): Promise<void> {
      expect(await seriousFaults(at.page)).toEqual([])
    },
  }
}
