/**
 * How one race's win is shared among its models: whole to the winner, 1/k to each of k models of a dead heat.
 *
 * A model in several lanes does not run against itself. The race counts as if each model had run in one of its lanes,
 * drawn by lot, and the share is the mean over all draws: a model whose lanes tie only with each other has won, and of
 * two equal models the one in more lanes has no better chance. With two models the shares are their head to head.
 */
import { type Better, rank, toVerdict } from '@drag-race/contracts'
import type { Entry } from './judge-race.ts'

/** The share of each model that entered; together 1. */
export function toWinShares(entries: readonly Entry[], better: Better): Map<string, number> {
  const lanesOf = Map.groupBy(entries, ({ row }) => row.model)
  const shares = new Map([...lanesOf.keys()].map((model) => [model, 0]))
  let contests = 0
  for (const draw of draws([...lanesOf.values()])) {
    const winners = toWinners(draw, better)
    if (winners.length > 0) contests++
    for (const model of winners) shares.set(model, shares.get(model)! + 1 / winners.length)
  }
  for (const [model, share] of shares) shares.set(model, share / contests)
  return shares
}

/** Every choice of one lane for each model. Sixteen lanes have at most 324, with five models. */
function draws(lanesOf: readonly Entry[][]): Entry[][] {
  return lanesOf.reduce<Entry[][]>(
    (drawn, lanes) => drawn.flatMap((draw) => lanes.map((lane) => [...draw, lane])),
    [[]],
  )
}

/** None where the draw is no contest: its lanes failed, or were stopped before one of them was done. */
function toWinners(draw: readonly Entry[], better: Better): string[] {
  const entrants = draw.map(({ entrant }) => entrant)
  const verdict = toVerdict(rank(entrants, better), entrants, better)
  if (verdict.kind === 'no-contest') return []
  const first = verdict.kind === 'win' ? [verdict.lane] : verdict.lanes
  return draw.filter(({ entrant }) => first.includes(entrant.lane)).map(({ row }) => row.model)
}
