/**
 * What `POST /api/race` accepts. Strict: an unknown key is an error that names it, before anything is sent upstream.
 */
import * as z from 'zod/mini'
import { isRecord } from './is-record.ts'
import { metadataMax, metadataNameCharsMax, metadataValueCharsMax } from './lane-metadata.ts'
import { tagNameCharsMax, tagsMax, tagValueCharsMax } from './tags.ts'

export const lanesMax = 16
export const promptCharsMax = 200_000

/** Tags, by which a race can be found later: texts by name, such as `{"build": "1.4.2"}`. */
const Tags = textsByName({
  nameMissing: 'Give the tag a name.',
  tooMany: `A race has at most ${tagsMax} tags.`,
  countMax: tagsMax,
  nameCharsMax: tagNameCharsMax,
  valueCharsMax: tagValueCharsMax,
})

const Metadata = textsByName({
  nameMissing: 'Give each of the metadata a name, as in task=summary.',
  tooMany: `A lane has at most ${metadataMax} metadata.`,
  countMax: metadataMax,
  nameCharsMax: metadataNameCharsMax,
  valueCharsMax: metadataValueCharsMax,
})

export const LaneParams = z.strictObject({
  temperature: z.optional(z.number().check(z.gte(0), z.lte(2))),
  topP: z.optional(z.number().check(z.gt(0), z.lte(1))),
  maxTokens: z.optional(z.int().check(z.gte(1), z.lte(1_000_000))),
  seed: z.optional(z.int()),
  metadata: z.optional(Metadata),
})
export type LaneParams = z.infer<typeof LaneParams>

export const LaneRequest = z.strictObject({
  model: z.string().check(z.minLength(1, 'Choose a model for this lane.'), z.maxLength(200)),
  stream: z._default(z.boolean(), true),
  params: z.optional(LaneParams),
  system: z.optional(z.string().check(z.maxLength(promptCharsMax))),
})
export type LaneRequest = z.infer<typeof LaneRequest>

export const Message = z.strictObject({
  role: z.enum(['system', 'user', 'assistant']),
  content: z.string().check(z.maxLength(promptCharsMax)),
})
export type Message = z.infer<typeof Message>

/** The line at which a race is decided. */
export const FinishLine = z.union([
  z.enum(['done', 'first-token']),
  z.strictObject({ tokens: z.int().check(z.gte(1), z.lte(100_000)) }),
])
export type FinishLine = z.infer<typeof FinishLine>

export const RaceRequest = z
  .strictObject({
    prompt: z.optional(z.string().check(z.maxLength(promptCharsMax))),
    messages: z.optional(z.array(Message).check(z.maxLength(200))),
    system: z.optional(z.string().check(z.maxLength(promptCharsMax))),
    lanes: z
      .array(LaneRequest)
      .check(
        z.minLength(1, 'A race needs at least one lane.'),
        z.maxLength(lanesMax, `A race has at most ${lanesMax} lanes.`),
      ),
    finish: z._default(FinishLine, 'done'),
    /** Every lane opens its connection after the green light, so that DNS, TCP and TLS are in its times. */
    coldStart: z.optional(z.boolean()),
    /** A simulated lane runs along and reports how disturbed the clock was. */
    sentinel: z.optional(z.boolean()),
    /** A prompt of the library: gives its text when there is no `prompt`, its category when `prompt` is the same. */
    promptId: z.optional(z.string().check(z.maxLength(100))),
    tags: z.optional(Tags),
  })
  .check(
    z.check<Asked>(
      (context) => {
        const issue = promptIssue(context.value)
        if (issue) context.issues.push({ code: 'custom', input: context.value, ...issue })
      },
      // Runs also when other fields have faults, so that all are named at once.
      { when: ({ value }) => isPromptTyped(value) },
    ),
  )
export type RaceRequest = z.infer<typeof RaceRequest>
/** The same before defaults are filled in: what a client can send. */
export type RaceRequestInput = z.input<typeof RaceRequest>

interface Asked {
  prompt?: string | undefined
  messages?: Message[] | undefined
  promptId?: string | undefined
}

function promptIssue({ prompt, messages, promptId }: Asked) {
  if (prompt !== undefined && messages !== undefined) {
    return { path: ['messages'], message: 'Send either `prompt` or `messages`, not both.' }
  }
  if (messages !== undefined) {
    return messages.some(({ role, content }) => role === 'user' && content.trim() !== '')
      ? null
      : { path: ['messages'], message: 'At least one user message with text is needed.' }
  }
  if (prompt === undefined && promptId !== undefined) return null
  return prompt === undefined || prompt.trim() === ''
    ? { path: ['prompt'], message: 'The prompt is empty: write what the models should answer.' }
    : null
}

/** A prompt of the wrong type has that fault already, and is not called empty too. */
function isPromptTyped(value: unknown): boolean {
  if (!isRecord(value)) return false
  const { prompt, messages } = value
  return (
    (prompt === undefined || typeof prompt === 'string') &&
    (messages === undefined || z.array(Message).safeParse(messages).success)
  )
}

interface TextsByName {
  nameMissing: string
  tooMany: string
  countMax: number
  nameCharsMax: number
  valueCharsMax: number
}

function textsByName({ nameMissing, tooMany, countMax, nameCharsMax, valueCharsMax }: TextsByName) {
  const texts = z
    .record(
      z.string().check(z.minLength(1, nameMissing), z.maxLength(nameCharsMax)),
      z.string().check(z.maxLength(valueCharsMax)),
    )
    .check(z.refine((texts) => Object.keys(texts).length <= countMax, tooMany))
    // A refinement does not appear in the JSON schema.
    .check(z.meta({ maxProperties: countMax }))
  return z.pipe(z.transform(refuseProto), texts)
}

/** `z.record` would leave it out without a word. */
function refuseProto(value: Record<string, string>, { issues }: { issues: z.core.$ZodRawIssue[] }) {
  if (isRecord(value) && Object.hasOwn(value, '__proto__')) {
    issues.push({ code: 'custom', input: value, path: ['__proto__'], message: 'Choose another name.' })
  }
  return value
}
