/**
 * Which two models are compared, kept in the page's address beside the board's choices. Without a choice, or with one
 * that is not on the board, they are the first of the board and the first that it has met.
 */
import type { LeaderboardQuery, LeaderboardRow } from '@drag-race/contracts'
import { toSearchParams } from './board-query.ts'

export interface Pair {
  a: string
  b: string
}

/** null when the board has fewer than two models. */
export function choosePair(
  { rows, headToHead }: { rows: readonly Pick<LeaderboardRow, 'model'>[]; headToHead: readonly Pair[] },
  params: URLSearchParams,
): Pair | null {
  const models = rows.map(({ model }) => model)
  const asked = (name: string) => models.find((model) => model === params.get(name))
  const haveMet = (one: string, other: string) =>
    headToHead.some(({ a, b }) => (a === one && b === other) || (a === other && b === one))
  /** The first of the board that has met this model, else the first other one. */
  const opponentOf = (model: string | undefined) =>
    models.find((other) => model !== undefined && haveMet(model, other)) ??
    models.find((other) => other !== model)
  const b = asked('b')
  const a = asked('a') ?? (b === undefined ? models[0] : opponentOf(b))
  const opponent = b === undefined || b === a ? opponentOf(a) : b
  return a === undefined || opponent === undefined ? null : { a, b: opponent }
}

/** The board's address with the pair of another address. */
export function keepPair(board: URLSearchParams, from: URLSearchParams): URLSearchParams {
  const kept = new URLSearchParams(board)
  for (const name of ['a', 'b']) {
    const model = from.get(name)
    if (model) kept.set(name, model)
  }
  return kept
}

/** Choosing one's opponent for oneself swaps the two. */
export function swapInto(pair: Pair, side: keyof Pair, model: string): Pair {
  const other = side === 'a' ? 'b' : 'a'
  const opponent = pair[other] === model ? pair[side] : pair[other]
  return side === 'a' ? { a: model, b: opponent } : { a: opponent, b: model }
}

/** What the API is asked: the same races as the board's. */
export function toPairedParams({ category, stream, span, tag }: LeaderboardQuery, { a, b }: Pair): string {
  const params = toSearchParams({ by: 'total', category, stream, span, tag })
  params.set('a', a)
  params.set('b', b)
  return params.toString()
}
