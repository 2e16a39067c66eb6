/** The API's pairs, found from either side: what one won the other lost. */
import type { HeadToHead, Leaderboard, LeaderboardRow } from '@drag-race/contracts'

export type Meeting = Pick<HeadToHead, 'wins' | 'ties' | 'losses' | 'races'>

export interface Meetings {
  /** Models that met another, in the order of the board. */
  met: LeaderboardRow[]
  /** From the side of the first; null when they never met. */
  find: (model: string, opponent: string) => Meeting | null
}

export function toMeetings({ rows, headToHead }: Pick<Leaderboard, 'rows' | 'headToHead'>): Meetings {
  const byModel = new Map<string, Map<string, Meeting>>()
  const note = (model: string, opponent: string, meeting: Meeting) => {
    byModel.set(model, (byModel.get(model) ?? new Map<string, Meeting>()).set(opponent, meeting))
  }
  for (const { a, b, wins, ties, losses, races } of headToHead) {
    note(a, b, { wins, ties, losses, races })
    note(b, a, { wins: losses, ties, losses: wins, races })
  }
  return {
    met: rows.filter(({ model }) => byModel.has(model)),
    find: (model, opponent) => byModel.get(model)?.get(opponent) ?? null,
  }
}

/** A race in which a model ran in several lanes is shared: `2.5`. */
export function toShareText(share: number): string {
  return String(Number(share.toFixed(1)))
}

/** For a screen reader. */
export function toMeetingText({ wins, ties, losses, races }: Meeting): string {
  return `${toShareText(wins)} won, ${toShareText(ties)} tied, ${toShareText(losses)} lost of ${races}`
}
