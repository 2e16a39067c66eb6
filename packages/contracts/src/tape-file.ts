/**
 * A race as a file, `.tape.jsonl`: JSON lines in UTF-8, each ended by one `\n`. The first line is the header, the
 * others are the events of the tape, byte for byte as the app kept them. docs/tape.schema.json is generated from this
 * file.
 */
import * as z from 'zod/mini'
import { PromptInput } from './prompts.ts'

export const tapeFormat = 'llm-drag-race/tape'
export const tapeVersion = 1

/** `imported`: run on another machine, by that machine's clock. */
const raceOrigins = ['here', 'imported'] as const
export type RaceOrigin = (typeof raceOrigins)[number]

/** The app keeps these texts, and sends them with the race. */
const shortText = z.string().check(z.maxLength(100))

export const TapeHeader = z.object({
  format: z.literal(tapeFormat),
  version: z.literal(tapeVersion),
  raceId: z.string(),
  /** How many lines follow this one. */
  events: z.int().check(z.gte(1)),
  /** The hash of all lines that follow, each with its `\n`; in hexadecimal. */
  sha256: z.string().check(z.regex(/^[0-9a-f]{64}$/, 'Expected 64 hexadecimal digits.')),
  exportedAt: shortText,
  /** Version of the app that wrote the file. */
  appVersion: shortText,
  /** The race's origin in the app that wrote the file. */
  origin: z.enum(raceOrigins),
  /** The category of its prompt, which is in no event; absent where it has none, and in files older than this field. */
  category: z.optional(PromptInput.shape.category),
})
export type TapeHeader = z.infer<typeof TapeHeader>

/** 16 lanes × 20,000 tokens are some 35 MB. A running tape is full at as many bytes, so that every export can be imported. */
export const tapeBytesMax = 64 * 1024 * 1024

/** The media type of a tape as lines: of a file, and of a finished race's events for a client that accepts it. */
export const tapeLinesType = 'application/jsonl'
