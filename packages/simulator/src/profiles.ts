/**
 * The simulated models. The first are for people: each should feel like a class of real models, at the speeds of such
 * models in 2025. The others are for tests: exact, and each does one thing.
 */
import { Profile } from './profile.ts'

const exact = {
  ttftMs: 200,
  ttftJitter: 0,
  tokensPerSecond: 100,
  jitter: 0,
  tokensPerChunk: { min: 1, max: 1 },
  pauses: null,
  reasoning: null,
  manner: 'whole',
  fates: [],
  requestsPerMinute: null,
  isFickle: false,
} satisfies Omit<Profile, 'description'>

const checked: Record<string, Profile> = {
  'fast-small': {
    ...exact,
    description:
      'Small and quick: first token after about 150 ms, then some 280 tokens a second. Writes short.',
    ttftMs: 150,
    ttftJitter: 0.15,
    tokensPerSecond: 280,
    jitter: 0.35,
    tokensPerChunk: { min: 1, max: 2 },
    manner: 'short',
  },
  'slow-large': {
    ...exact,
    description: 'Large and thorough: first token after about 600 ms, then some 45 tokens a second.',
    ttftMs: 600,
    ttftJitter: 0.2,
    tokensPerSecond: 45,
    jitter: 0.3,
    pauses: { chance: 0.004, minMs: 150, maxMs: 450 },
  },
  reasoning: {
    ...exact,
    description:
      'Thinks before it answers: reasoning after about 900 ms, the answer at some 120 tokens a second.',
    ttftMs: 900,
    ttftJitter: 0.2,
    tokensPerSecond: 120,
    jitter: 0.3,
    reasoning: { tokensMin: 300, tokensMax: 520, tokensPerSecond: 140 },
  },
  flaky: {
    ...exact,
    description: 'Good on a good day: by chance a 429, a 500, a cut stream, or a stall that recovers.',
    ttftMs: 300,
    ttftJitter: 0.3,
    tokensPerSecond: 130,
    jitter: 0.5,
    tokensPerChunk: { min: 1, max: 3 },
    fates: [
      { chance: 0.12, fate: { kind: 'refuse', status: 429, afterMs: 40, retryAfterMs: 3000 } },
      { chance: 0.08, fate: { kind: 'refuse', status: 500, afterMs: 90, retryAfterMs: null } },
      { chance: 0.1, fate: { kind: 'cut', afterTokens: 60 } },
      { chance: 0.2, fate: { kind: 'stall', afterTokens: 40, forMs: 2500 } },
    ],
    isFickle: true,
  },
  chatty: {
    ...exact,
    description:
      'A friendly model of middle size: about 350 ms, some 95 tokens a second, and never without a greeting.',
    ttftMs: 350,
    ttftJitter: 0.2,
    tokensPerSecond: 95,
    jitter: 0.4,
    tokensPerChunk: { min: 1, max: 4 },
    manner: 'chatty',
  },
  diffusion: {
    ...exact,
    description:
      'Writes by the paragraph, as diffusion models do: about 500 ms, then lumps of 24 to 48 tokens.',
    ttftMs: 500,
    ttftJitter: 0.1,
    tokensPerSecond: 620,
    jitter: 0.25,
    tokensPerChunk: { min: 24, max: 48 },
  },
  laptop: {
    ...exact,
    description:
      'A small model on a laptop: reads the prompt for a second, then some 28 tokens a second, with hiccups.',
    ttftMs: 1100,
    ttftJitter: 0.25,
    tokensPerSecond: 28,
    jitter: 0.2,
    pauses: { chance: 0.012, minMs: 120, maxMs: 600 },
    manner: 'short',
  },
  limited: {
    ...exact,
    description:
      'An account on the free tier: quick, but six calls a minute and then a 429 that says when to come back.',
    ttftMs: 220,
    ttftJitter: 0.15,
    tokensPerSecond: 190,
    jitter: 0.3,
    manner: 'short',
    requestsPerMinute: 6,
  },
  steady: {
    ...exact,
    description: 'For tests: first token after exactly 200 ms, then exactly 100 tokens a second.',
  },
  'fail-429': {
    ...exact,
    description: 'For tests: always 429, with Retry-After: 2.',
    fates: [{ chance: 1, fate: { kind: 'refuse', status: 429, afterMs: 0, retryAfterMs: 2000 } }],
  },
  'fail-401': {
    ...exact,
    description: 'For tests: always 401.',
    fates: [{ chance: 1, fate: { kind: 'refuse', status: 401, afterMs: 0, retryAfterMs: null } }],
  },
  'fail-500': {
    ...exact,
    description: 'For tests: always 500.',
    fates: [{ chance: 1, fate: { kind: 'refuse', status: 500, afterMs: 0, retryAfterMs: null } }],
  },
  cut: {
    ...exact,
    description: 'For tests: the socket is destroyed after 20 tokens.',
    fates: [{ chance: 1, fate: { kind: 'cut', afterTokens: 20 } }],
  },
  stall: {
    ...exact,
    description: 'For tests: nothing more after 20 tokens, and the socket stays open.',
    fates: [{ chance: 1, fate: { kind: 'stall', afterTokens: 20, forMs: null } }],
  },
  malformed: {
    ...exact,
    description: 'For tests: one event with broken JSON after 20 tokens; the rest is whole.',
    fates: [{ chance: 1, fate: { kind: 'malformed', afterTokens: 20 } }],
  },
  silent: {
    ...exact,
    description: 'For tests: accepts the call and never answers, not even with a header.',
    fates: [{ chance: 1, fate: { kind: 'silent' } }],
  },
}

export const profiles: ReadonlyMap<string, Profile> = new Map(
  Object.entries(checked).map(([name, profile]) => [name, Profile.parse(profile)]),
)
