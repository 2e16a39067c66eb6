/** The win rates within each category of prompts: the best model at code need not be the best at prose. */
import type { CategoryRate, CategoryRates } from '@drag-race/contracts'
import { compareTexts } from '../compare-texts.ts'
import { modelsMax } from './race-book.ts'
import { racesForInterval } from './ratings.ts'
import { wilson } from './wilson.ts'

export interface CategoryBook {
  /** `shares`: each model's share of the race's win, from `toWinShares`. */
  add(category: string | null, shares: ReadonlyMap<string, number>): void
  result(): CategoryRates[]
}

/** Users name categories as they like, so the answer holds only this many. */
const categoriesMax = 24

interface Tally {
  races: number
  credits: Map<string, { races: number; credit: number }>
}

export function createCategoryBook(): CategoryBook {
  const tallies = new Map<string | null, Tally>()
  return {
    add(category, shares) {
      const tally = tallies.get(category) ?? { races: 0, credits: new Map() }
      tallies.set(category, tally)
      tally.races++
      for (const [model, share] of shares) {
        const { races, credit } = tally.credits.get(model) ?? { races: 0, credit: 0 }
        tally.credits.set(model, { races: races + 1, credit: credit + share })
      }
    },
    result: () =>
      [...tallies]
        .map(([category, { races, credits }]) => ({ category, races, credits }))
        .sort((a, b) => b.races - a.races || compareTexts(a.category ?? '', b.category ?? ''))
        .slice(0, categoriesMax)
        .map(({ category, races, credits }) => ({ category, races, models: toRates(credits) })),
  }
}

function toRates(credits: Tally['credits']): CategoryRate[] {
  return [...credits]
    .map(([model, { races, credit }]) => ({ model, races, rate: toRate(credit, races) }))
    .sort((a, b) => b.races - a.races || compareTexts(a.model, b.model))
    .slice(0, modelsMax)
}

function toRate(credit: number, races: number): CategoryRate['rate'] {
  if (races < racesForInterval) return null
  return { value: credit / races, ...wilson(credit, races) }
}
