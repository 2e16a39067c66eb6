/**
 * A race as a file, `.tape.jsonl`: JSON lines in UTF-8, each ended by one `\n`. The first line is the header, the
 * others are the events of the tape, byte for byte as the app kept them. docs/tape.schema.json is made from what stands
 * here.
 */
import * as z from 'zod/mini'
import { PromptInput } from './prompts.ts'

export const tapeFormat = 'llm-drag-race/tape'
export const tapeVersion = 1

/** `imported`: run on another machine, by that machine's clock. */
const raceOrigins = ['here', 'imported'] as const
export type RaceOrigin = (typeof raceOrigins)[number]

export const TapeHeader = z.object({
  format: z.literal(tapeFormat),
  version: z.literal(tapeVersion),
  raceId: z.string(),
  /** How many lines follow. */
  events: z.int().check(z.gte(1)),
  /** Of all lines that follow, each with the `\n` that ends it; in hexadecimal. */
  sha256: z.string().check(z.regex(/^[0-9a-f]{64}$/, 'Expected 64 hexadecimal digits.')),
  exportedAt: z.string(),
  /** Version of the app that wrote the file. */
  appVersion: z.string(),
  /** What the race was to the app that wrote the file. */
  origin: z.enum(raceOrigins),
  /** The category of its prompt, which no event tells; left out where it has none, and by files older than it. */
  category: z.optional(PromptInput.shape.category),
})
export type TapeHeader = z.infer<typeof TapeHeader>

/** 16 lanes × 20,000 tokens are some 35 MB; a tape in the making ends at this too. */
export const tapeBytesMax = 64 * 1024 * 1024

/** The media type of a tape as lines: of a file, and of a finished race's events for those who accept it. */
export const tapeLinesType = 'application/jsonl'
