/**
 * The bootstrap: the races of a group, drawn with replacement as often as there are races, and rated anew each time.
 *
 * Its work is bounded, and cut into pieces: measured on two cores, a board of 5,000 races of four lanes takes 0.2 to 0.3 s of
 * processor time, one of 10,000 races of sixteen lanes 0.9 s, in pieces of two or three milliseconds. The longest, while the
 * code is still cold, took 18.
 */
import type { Pause } from './pause.ts'
import { createRandom, type Random } from './random.ts'
import type { Team } from './team.ts'
import type { TeamFit } from './team-fit.ts'

const resamplesMax = 1_000
/** Enough for an end of an interval to be within a fifth of its distance from the middle. */
const resamplesMin = 200
/** Additions in all. Only histories of thousands of large, all different races get fewer than the thousand. */
const workMax = 2e8
/** Additions between two pauses: two or three milliseconds. */
const workBetweenPauses = 5e4
/** Sweeps of a fit, when it starts near its end. */
const sweepsExpected = 60

/** Any number will do, as long as it is always the same. */
const seed = 1_202

/** For each player its ratings in all resamples, sorted. */
export async function resampleRatings(team: Team, { refit }: TeamFit, pause: Pause): Promise<Float64Array[]> {
  const { members, patterns, races } = team
  const random = createRandom(seed)
  const raceKinds = toRaceKinds(team)
  const drawn = new Uint32Array(patterns.length)
  const workOfRaces = races + patterns.reduce((sum, { pairs }) => sum + pairs.length, 0)
  const work = workOfRaces + 2 * sweepsExpected * (team.pairs.length + members.length)
  const resamples = Math.max(resamplesMin, Math.min(resamplesMax, Math.floor(workMax / work)))

  const samples = members.map(() => new Float64Array(resamples))
  let workSincePause = 0
  for (let resample = 0; resample < resamples; resample++) {
    drawRaces(drawn, raceKinds, random)
    for (const [player, value] of refit(drawn, random.exponential).entries()) {
      ;(samples[player] as Float64Array)[resample] = value
    }
    workSincePause += work
    if (workSincePause < workBetweenPauses) continue
    workSincePause = 0
    await pause()
  }
  return samples.map((sample) => sample.sort())
}

/** Which pattern each race of the group is. */
function toRaceKinds({ patterns, races }: Team): Uint32Array {
  const kinds = new Uint32Array(races)
  let at = 0
  for (const [kind, pattern] of patterns.entries()) {
    kinds.fill(kind, at, at + pattern.races)
    at += pattern.races
  }
  return kinds
}

/** As many races as there are, each any of them. */
function drawRaces(drawn: Uint32Array, raceKinds: Uint32Array, random: Random) {
  drawn.fill(0)
  for (let race = 0; race < raceKinds.length; race++) {
    const kind = raceKinds[random.below(raceKinds.length)] as number
    drawn[kind] = (drawn[kind] as number) + 1
  }
}
