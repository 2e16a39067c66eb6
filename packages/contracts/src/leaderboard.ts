/**
 * Requests to the leaderboard and its answers: rates, ratings, who beat whom, percentiles, and two models race by race.
 * Requests are checked with zod; answers are plain interfaces, because the server builds them from checked parts.
 */
import * as z from 'zod/mini'
import { type Measure, measures } from './measures.ts'
import { TagQuery } from './tags.ts'

/** `GET /api/leaderboard`. */
export const timeSpans = ['day', 'week', 'month', 'all'] as const
export type TimeSpan = (typeof timeSpans)[number]

export const LeaderboardQuery = z.strictObject({
  by: z._default(z.enum(measures), 'total'),
  category: z.optional(z.string().check(z.maxLength(100))),
  stream: z.optional(z.enum(['on', 'off'])),
  span: z._default(z.enum(timeSpans), 'all'),
  tag: z.optional(TagQuery),
})
export type LeaderboardQuery = z.infer<typeof LeaderboardQuery>

export interface LeaderboardRow {
  /** 1 for the highest lower bound. */
  rank: number
  model: string
  provider: string | null
  simulated: boolean
  /** Races that count (two or more models, at least one finisher), each once, in however many lanes the model ran. */
  races: number
  /** Races whose first place was the model's alone, also where several of its lanes shared it. */
  wins: number
  /** Races in which a lane of the model shared the first place with other models. */
  deadHeats: number
  /**
   * Mean over `races`: 1 for a win, 1/k for a dead heat of k models, 0 otherwise. In a race with several lanes of a
   * model: the mean over all choices of one lane for each model.
   */
  winRate: number
  /** Wilson 95 % interval of `winRate`. */
  winRateLow: number
  winRateHigh: number
  medianTtftMs: number | null
  medianTotalMs: number | null
  /**
   * null also where half of the answers or more came too quickly for the clock: these count as faster than all that it
   * could time.
   */
  medianDecodeTokensPerSecond: number | null
  /** Of the same answers as the times, reasoning included: short answers are whole sooner. */
  medianOutputTokens: number | null
  medianCostUsd: number | null
  /**
   * Some answers had no usage, or hid a part of their reasoning, so that counts of our tokenizer are in the figures:
   * shown with ≈.
   */
  isEstimated: boolean
  reliability: Reliability
  /** Fewer than 30 races: the interval says little yet. */
  isPreliminary: boolean
  /** null when it was compared with no model, or is not among the 64 models with most races. */
  rating: Rating | null
  percentiles: { ttft: Percentiles; total: Percentiles }
}

/**
 * How often a whole answer came, of all races that are over, also those that nobody won: a model that failed where all
 * failed has failed. Lanes that somebody stopped are in neither number.
 */
export interface Reliability {
  answered: number
  /** Lanes that were answered, failed or ran into the race's deadline; 0 where all were stopped. */
  calls: number
  /** Wilson 95 % interval of the share that was answered. */
  low: number
  high: number
}

/** Bradley–Terry, on Elo's scale: 1000 is the middle of the group, 200 points more are 76 % of the points. */
export interface Rating {
  /** 1, and one more for each model whose `low` is above this `high`: a shared rank. null without an interval. */
  rank: number | null
  value: number
  /** 95 %, from a bootstrap over races; null under 10 races. */
  low: number | null
  high: number | null
  /**
   * Models of different groups never met, not even through others: their ratings cannot be compared. From 1, the
   * largest first.
   */
  group: number
  /** Races in which it was compared with another model. */
  races: number
}

/** In milliseconds. A percentile is null where `races` are too few for it: under 59 for the 95th, 299 for the 99th. */
export interface Percentiles {
  /** Races with an answered lane that has the figure. */
  races: number
  p50Ms: number | null
  p95Ms: number | null
  p99Ms: number | null
}

/**
 * One entry for each two models that met; wins and losses are a's. Wins, ties and losses add up to `races`; a race in
 * which a model ran in several lanes is shared among its pairs of lanes.
 */
export interface HeadToHead {
  a: string
  b: string
  wins: number
  /** Within the margin. */
  ties: number
  losses: number
  races: number
}

/** Who wins on one kind of prompt. */
export interface CategoryRates {
  /** null stands for prompts without a category. */
  category: string | null
  /** Races that count. */
  races: number
  /** The 64 with most races, those first. */
  models: CategoryRate[]
}

export interface CategoryRate {
  model: string
  races: number
  /** As `winRate` of a row, with its interval, over the races of this category alone; null under ten. */
  rate: { value: number; low: number; high: number } | null
}

export interface Leaderboard {
  by: Measure
  /**
   * The median of the margins of the races that count: no time here is more exact. null when none was measured.
   */
  marginMs: number | null
  /** Disturbed races among those that count. Their lag is added to their margin. */
  disturbedRaces: number
  /** Races that count and whose lanes were not all asked with the same settings and system prompt. */
  askedDifferentlyRaces: number
  rows: LeaderboardRow[]
  headToHead: HeadToHead[]
  /** The 24 with most races, those first. */
  byCategory: CategoryRates[]
  /** At most 120 points in all, oldest first. */
  ttftOverTime: { model: string; points: { at: string; ttftMs: number }[] }[]
  /** Races that were looked at and do not count, and why. */
  leftOut: { why: string; races: number }[]
}

/** `GET /api/leaderboard/paired`: two models over the races that both ran. */
export const PairedQuery = z
  .strictObject({
    a: z.string().check(z.minLength(1), z.maxLength(200)),
    b: z.string().check(z.minLength(1), z.maxLength(200)),
    category: z.optional(z.string().check(z.maxLength(100))),
    stream: z.optional(z.enum(['on', 'off'])),
    span: z._default(z.enum(timeSpans), 'all'),
    tag: z.optional(TagQuery),
  })
  .check(z.refine(({ a, b }) => a !== b, { error: 'Choose two different models.', path: ['b'] }))
export type PairedQuery = z.infer<typeof PairedQuery>

export interface Paired {
  a: string
  b: string
  /** Races in which both ran, answered or not. */
  races: number
  ttft: PairedDifference
  total: PairedDifference
  decode: PairedDifference
  /** Of one answer. The clock's margin does not apply, because no time is in a cost. */
  cost: PairedDifference
  /** Races that were looked at and do not count, and why. */
  leftOut: { why: string; races: number }[]
}

/** a − b of the same race, in milliseconds, in tokens a second for `decode`, in US dollars for `cost`. */
export interface PairedDifference {
  /** Races in which both have the figure. */
  n: number
  /**
   * How many of the n have a count of our tokenizer for one of the two, as in `isEstimated` of a row; 0 for times.
   */
  estimated: number
  /** Of the n differences; null without any. */
  median: number | null
  /** 95 %, the margin already added on both sides; null under six races, or when no margin is known. */
  low: number | null
  high: number | null
  /** The median margin of the n races; null when it is known of none, 0 for `cost`. */
  margin: number | null
  /** Which of the two is better, when the interval leaves out zero. */
  better: 'a' | 'b' | null
}
