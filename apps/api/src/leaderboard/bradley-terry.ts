/**
 * The Bradley–Terry model: each player has a strength π > 0, and i beats j with probability πi / (πi + πj). R. A.
 * Bradley and M. E. Terry, "Rank Analysis of Incomplete Block Designs", Biometrika 39 (1952), 324–345.
 *
 * At the strengths of greatest likelihood each player has as many wins as the model expects, Wi = Σj nij πi / (πi + πj)
 * (a tie is half a win for each). D. R. Hunter's MM algorithm ("MM Algorithms for Generalized Bradley–Terry Models",
 * Annals of Statistics 32 (2004), 384–406) gets there by πi ← Wi / Σj nij / (πi + πj). Used here is M. E. J. Newman's
 * iteration, which has the same and only fixed point ("Efficient Computation of Rankings from Pairwise Comparisons",
 * JMLR 24 (2023), no. 238), one player at a time:
 *
 *     πi ← Σj wij πj / (πi + πj)  /  Σj wji / (πi + πj)          wij: wins of i over j
 *
 * The reason: models that always win are common here. With 12 models that finish 5,000 races in the same order, MM is
 * still 3,500 points off after 20,000 sweeps, while Newman's iteration has arrived after 330. An iteration that is
 * stopped too early makes the interval too narrow.
 */
export interface League {
  /**
   * Changes `strengths`, whatever they are at first, to the most likely ones. `wins[2p]` are the wins of the first of
   * pair p, `wins[2p + 1]` those of the second. A chain of wins must lead from every player to every other (L. R. Ford,
   * 1957): otherwise there is no fit. Strengths have no scale of their own: multiplied by any number they fit as well.
   */
  fit(wins: Float64Array, strengths: Float64Array): void
}

/** The fit ends when no player moves by a thousandth of a rating point. */
const stepMax = 5e-6
/** A bound that is not reached where a fit exists and wins are below a million. */
const sweepsMax = 5_000

export function createLeague(players: number, pairs: readonly (readonly [number, number])[]): League {
  const meetings = toMeetings(players, pairs)
  return {
    fit(wins, strengths) {
      for (let sweep = 0; sweep < sweepsMax; sweep++) {
        let step = 0
        for (const [player, { opponents, ownWins }] of meetings.entries()) {
          const old = strengths[player] as number
          let won = 0
          let lost = 0
          for (let meeting = 0; meeting < opponents.length; meeting++) {
            const other = strengths[opponents[meeting] as number] as number
            const own = ownWins[meeting] as number
            won += ((wins[own] as number) * other) / (old + other)
            lost += (wins[own ^ 1] as number) / (old + other)
          }
          strengths[player] = won / lost
          step = Math.max(step, Math.abs(Math.log(won / lost / old)))
        }
        if (step < stepMax) return
      }
    },
  }
}

interface Meetings {
  opponents: Uint32Array
  /** Where this player's wins over that opponent are in `wins`; the opponent's are beside them, at `own ^ 1`. */
  ownWins: Uint32Array
}

function toMeetings(players: number, pairs: readonly (readonly [number, number])[]): Meetings[] {
  return Array.from({ length: players }, (_, player) => {
    const own = pairs.flatMap(([first, second], pair) => {
      if (first === player) return [{ opponent: second, wins: 2 * pair }]
      return second === player ? [{ opponent: first, wins: 2 * pair + 1 }] : []
    })
    return {
      opponents: Uint32Array.from(own, ({ opponent }) => opponent),
      ownWins: Uint32Array.from(own, ({ wins }) => wins),
    }
  })
}
