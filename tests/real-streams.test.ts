/** Recorded streams of real providers, served to the gateway in every cut, and raced. */
import type { RaceState } from '@drag-race/contracts'
import { isUsageOnly, readUsage } from '@drag-race/contracts'
import { createFrameSplitter, readFrame } from '@drag-race/wire'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { race } from '../apps/api/src/testing/race-client.ts'
import { type House, startHouse } from './support/programs.ts'
import {
  type Cut,
  cuts,
  expectedOf,
  hasTranscripts,
  modelName,
  startTranscriptUpstream,
  transcriptBytes,
  transcriptModels,
  transcripts,
} from './support/transcripts.ts'

const upstream = hasTranscripts ? await startTranscriptUpstream() : null
let house: House

beforeAll(async () => {
  if (upstream) house = await startHouse({ models: transcriptModels(upstream.url) })
})
afterAll(async () => {
  await house?.stop()
  await upstream?.close()
})

/** These streams contain errors, which an OpenAI client must get in OpenAI's form. */
const failing = new Set([
  'stream/groq-gpt-oss-120b-midstream-error.sse',
  'stream/llamacpp-error-context-in-200-stream.sse',
  'stream/openrouter-llama-3.3-comments-then-error.sse',
  'stream/gpustack-llama-box-qwen3-long-cut-nofinish.sse',
])

/** Reasoning that `expected.json` does not count, because it comes in neither of the two plain fields. */
const reasoningElsewhere: Record<string, number> = {
  'stream/mistral-magistral-thinking-blocks.sse': 421,
  'stream/snowflake-claude-sonnet-4.6-reasoning-nofinish.sse': countDetails(
    'stream/snowflake-claude-sonnet-4.6-reasoning-nofinish.sse',
  ),
}

// Without the recordings this is skipped; the hand-written fixtures of the gateway and the API cover their quirks.
test.skipIf(!hasTranscripts)('the recorded streams are beside the project, in ../shared/transcripts', () => {
  expect(transcripts('stream').length).toBeGreaterThan(20)
  expect(transcripts('errors').length).toBeGreaterThan(10)
})

describe.skipIf(!hasTranscripts).each(transcripts('stream'))('%s', (name) => {
  test.each(cuts)('is passed on by the gateway byte by byte as it came, read in cuts of: %s', async (cut) => {
    const asked = await chat(name, cut, { stream_options: { include_usage: true } })
    const sent = transcriptBytes(name)
    expect(asked.subarray(0, sent.length).equals(sent)).toBe(true)
    expectOnlyWhatTheGatewayAdds(name, asked.subarray(sent.length).toString())

    const notAsked = await chat(name, cut, {})
    const less = withoutUsageChunk(sent)
    expect(notAsked.subarray(0, less.length).equals(less)).toBe(true)
    expectOnlyWhatTheGatewayAdds(name, notAsked.subarray(less.length).toString())
  })

  test('gives a race its lengths, finish reason and usage, in whatever cuts it was read', async () => {
    const state = await race(house.app.url, {
      prompt: 'p',
      lanes: cuts.map((cut) => ({ model: modelName(name, cut), stream: true })),
    })
    for (const lane of state.lanes) expectLane(name, lane)
  })
})

describe.skipIf(!hasTranscripts).each(transcripts('errors'))('%s', (name) => {
  test.each([true, false])('is on the lane as a sentence with its status (streaming: %s)', async (stream) => {
    const state = await race(house.app.url, {
      prompt: 'p',
      lanes: [{ model: modelName(name, 'whole'), stream }],
    })
    const outcome = state.lanes[0]!.outcome!
    if (outcome.kind !== 'failed') throw new Error(`the lane is ${outcome.kind}`)
    const { status, headers } = expectedOf(name)
    expect(outcome.event.status).toBe(status)
    expect(outcome.event.message).toMatch(/[a-z]{3}/)
    expect(outcome.event.message).not.toMatch(/<html|<script|\[object|undefined/)
    if (headers?.['retry-after'] && !headers['retry-after-ms']) {
      expect(outcome.event.retryAfterMs).toBe(Number(headers['retry-after']) * 1000)
    }
  })
})

async function chat(name: string, cut: Cut, more: object): Promise<Buffer> {
  const response = await fetch(`${house.gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      model: modelName(name, cut),
      stream: true,
      messages: [{ role: 'user', content: 'p' }],
      ...more,
    }),
  })
  return Buffer.from(await response.arrayBuffer())
}

/** A missing `[DONE]` after a whole answer, an error event after a broken one, else nothing. */
function expectOnlyWhatTheGatewayAdds(name: string, added: string) {
  const { done, n_finish = 0 } = expectedOf(name)
  if (name.includes('gpustack')) {
    expect(JSON.parse(readFrame(Buffer.from(added)).data!)).toMatchObject({
      error: { message: expect.stringMatching(/decode/) },
    })
  } else if (failing.has(name) || done) {
    expect(added).toBe('')
  } else {
    expect(n_finish).toBeGreaterThan(0)
    expect(added).toBe('data: [DONE]\n\n')
  }
}

function expectLane(name: string, lane: RaceState['lanes'][number]) {
  const { content_chars = 0, reasoning_chars = 0, finish = [], last_usage } = expectedOf(name)
  // Characters are counted in code points, as in the recordings' own figures.
  expect([...lane.answer].length).toBe(content_chars)
  expect([...lane.reasoning].length).toBe(reasoningElsewhere[name] ?? reasoning_chars)
  if (failing.has(name)) {
    expect(lane.outcome?.kind).toBe('failed')
    return
  }
  if (lane.outcome?.kind !== 'done') throw new Error(`${lane.model} is ${JSON.stringify(lane.outcome)}`)
  expect(lane.outcome.event.finishReason).toBe(finish.at(-1)?.[1] ?? null)
  const { usage } = lane.outcome.event
  const { inputTokens, outputTokens } = readUsage(last_usage) ?? {}
  if (last_usage) expect(usage).toMatchObject({ inputTokens, outputTokens, source: 'usage' })
  else if (name.includes('xgroq')) expect(usage.source).toBe('usage')
}

function withoutUsageChunk(bytes: Buffer): Buffer {
  const splitter = createFrameSplitter()
  const frames = [...splitter.push(bytes), splitter.rest()]
  return Buffer.concat(frames.filter((frame) => !isUsageFrame(frame)))
}

function isUsageFrame(frame: Uint8Array): boolean {
  const { data } = readFrame(frame)
  return data?.startsWith('{') === true && isUsageOnly(JSON.parse(data))
}

function countDetails(name: string): number {
  if (!hasTranscripts) return 0
  const details = transcriptBytes(name)
    .toString()
    .matchAll(/"reasoning_details":\[\{[^}]*?"text":("(?:[^"\\]|\\.)*")/g)
  return [...details].reduce((sum, [, text]) => sum + [...JSON.parse(text!)].length, 0)
}
