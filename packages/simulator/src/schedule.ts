/**
 * The plan of one answer: every chunk with the moment at which it is due, in milliseconds from the moment at which the
 * request had been read. The same profile, seed and text give the same plan, which is complete before the first byte is
 * sent. All deadlines count from that one moment, not from each other, so that one late chunk makes no other late.
 */
import type { Fate, Profile } from './profile.ts'
import { createRandom, type Random } from './seeded-random.ts'

export interface TextChunk {
  kind: 'reasoning' | 'answer'
  text: string
  tokens: number
  atMs: number
}
export type Chunk = TextChunk | { kind: 'malformed'; atMs: number }

export type Ending =
  | { kind: 'finish'; reason: 'stop' | 'length'; atMs: number }
  /** The socket is destroyed. */
  | { kind: 'cut'; atMs: number }
  /** Nothing more comes, and the socket stays open. */
  | { kind: 'stall' }

export interface Schedule {
  /** When response headers and role chunk are due; null: not even these are sent. */
  roleAtMs: number | null
  chunks: Chunk[]
  ending: Ending
}

export interface Script {
  /** Tokens. */
  reasoning: readonly string[]
  answer: readonly string[]
}

export interface Run {
  profile: Profile
  seed: number
  fate: Fate | null
  script: Script
  outputTokensMax: number
}

export function toSchedule({ profile, seed, fate, script, outputTokensMax }: Run): Schedule {
  if (fate?.kind === 'silent') return { roleAtMs: null, chunks: [], ending: { kind: 'stall' } }
  const random = createRandom(seed, 'times')
  const tokens = toTokens(script).slice(0, outputTokensMax)
  const fateAt = fate !== null && 'afterTokens' in fate ? fate.afterTokens : Number.POSITIVE_INFINITY
  const firstAtMs = profile.ttftMs * random.spread(profile.ttftJitter)
  const roleAtMs = firstAtMs * roleShare

  const chunks: Chunk[] = []
  let atMs = firstAtMs
  let index = 0
  while (index < tokens.length) {
    const size = chunkSize(tokens, index, profile, fateAt, random)
    if (index > 0) atMs += chunkMs(tokens[index]!.kind, size, profile, random)
    if (index === fateAt) {
      if (fate?.kind === 'cut') return { roleAtMs, chunks, ending: { kind: 'cut', atMs } }
      if (fate?.kind === 'stall') {
        if (fate.forMs === null) return { roleAtMs, chunks, ending: { kind: 'stall' } }
        atMs += fate.forMs
      }
      if (fate?.kind === 'malformed') chunks.push({ kind: 'malformed', atMs })
    }
    const part = tokens.slice(index, index + size)
    chunks.push({
      kind: part[0]!.kind,
      text: part.map((token) => token.text).join(''),
      tokens: size,
      atMs,
    })
    index += size
  }
  const isWhole = tokens.length === script.reasoning.length + script.answer.length
  // The end of a text is an invisible token, which takes its time too.
  const endMs = atMs + 1000 / profile.tokensPerSecond
  return { roleAtMs, chunks, ending: { kind: 'finish', reason: isWhole ? 'stop' : 'length', atMs: endMs } }
}

/** How many tokens will be written, by kind: the numbers for `usage`. */
export function countTokens({ chunks }: Schedule): { reasoning: number; answer: number } {
  const counts = { reasoning: 0, answer: 0 }
  for (const chunk of chunks) if (chunk.kind !== 'malformed') counts[chunk.kind] += chunk.tokens
  return counts
}

/** When the schedule ends; of one that stalls, when its last bytes are due. */
export function endsAtMs({ roleAtMs, chunks, ending }: Schedule): number {
  return ending.kind === 'stall' ? (chunks.at(-1)?.atMs ?? roleAtMs ?? 0) : ending.atMs
}

/**
 * Headers and role are due at this share of the time to first token. Providers send them a little before the first
 * token too, and so a client that takes them for a token is noticed.
 */
const roleShare = 0.8

interface Token {
  kind: TextChunk['kind']
  text: string
}

function toTokens({ reasoning, answer }: Script): Token[] {
  return [
    ...reasoning.map((text): Token => ({ kind: 'reasoning', text })),
    ...answer.map((text): Token => ({ kind: 'answer', text })),
  ]
}

/** A chunk never mixes reasoning and answer, and ends where a fate begins, so that the fate is at its exact token. */
function chunkSize(
  tokens: Token[],
  index: number,
  { tokensPerChunk }: Profile,
  fateAt: number,
  random: Random,
): number {
  const drawn = random.whole(tokensPerChunk.min, tokensPerChunk.max)
  const end = Math.min(index + drawn, tokens.length, fateAt > index ? fateAt : tokens.length)
  const kind = tokens[index]!.kind
  let size = 1
  while (index + size < end && tokens[index + size]!.kind === kind) size++
  return size
}

/** A chunk takes the time of all its tokens, and sometimes a pause before them. */
function chunkMs(kind: Token['kind'], size: number, profile: Profile, random: Random): number {
  const { reasoning, pauses } = profile
  const speed = kind === 'reasoning' && reasoning ? reasoning.tokensPerSecond : profile.tokensPerSecond
  const isPausing = pauses !== null && random.unit() < pauses.chance
  const pauseMs = isPausing ? random.between(pauses.minMs, pauses.maxMs) : 0
  return ((1000 * size) / speed) * random.spread(profile.jitter) + pauseMs
}
