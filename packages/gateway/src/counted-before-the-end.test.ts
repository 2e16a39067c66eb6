/**
 * An answer that breaks off costs what its provider had counted until then, and an estimate of the rest. Anthropic
 * counts the prompt when its answer begins, Gemini counts everything in each chunk.
 */
import { afterEach, expect, test } from 'vitest'
import { messages, type RunningGateway } from './testing/gateway.ts'
import { claude, native, startNative } from './testing/native.ts'
import { type Answering, stream, type Upstream } from './testing/upstream.ts'

let gateway: RunningGateway
let upstream: Upstream
afterEach(async () => {
  await gateway.close()
  await upstream.close()
})

async function start(answer: Answering) {
  ;({ gateway, upstream } = await startNative(answer))
}

const post = (path: string, signal?: AbortSignal, model = 'anthropic') =>
  fetch(gateway.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model, max_tokens: 50, messages, stream: true }),
    signal: signal ?? null,
  })

const begin = claude.start + claude.text
/**
 * Five new tokens at $3 a million, twenty from the cache at $0.30, ten into it at $3.75, and one of the answer at $15.
 */
const counted = { inputTokens: 35, outputTokens: 1, isUsageEstimated: true, costUsd: 73.5e-6 }

const doors = ['/v1/chat/completions', '/v1/messages']

test.each(
  doors.flatMap((path): [string, string, Answering, string][] => [
    [
      path,
      'is cut',
      async (response) => void response.writeHead(200, type).write(begin, () => response.destroy()),
      'stream_cut',
    ],
    [path, 'ends too early', stream([begin]), 'stream_cut'],
    [path, 'ends with an error', stream([begin, claude.overloaded]), 'stream_error'],
  ]),
)('%s: an answer that %s', async (path, _how, answer, outcome) => {
  await start(answer)
  await (await post(path)).text()
  await expect.poll(() => gateway.logs.at(-1)).toMatchObject({ outcome, ...counted })
})

test.each(doors)('%s: an answer whose caller leaves', async (path) => {
  await start((response) => void response.writeHead(200, type).write(begin))
  const leaving = new AbortController()
  const response = await post(path, leaving.signal)
  await response.body!.getReader().read()
  leaving.abort()
  await expect.poll(() => gateway.logs.at(-1)).toMatchObject({ outcome: 'caller_left', ...counted })
})

test.each(doors)('%s: an answer at whose end nothing was counted', async (path) => {
  const ended = native({ type: 'message_delta', delta: { stop_reason: 'end_turn' } })
  await start(stream([begin, claude.text.repeat(9), ended, native({ type: 'message_stop' })]))
  await (await post(path)).text()
  // The count of the beginning, one token, is not that of the answer.
  await expect
    .poll(() => gateway.logs.at(-1))
    .toMatchObject({ outcome: 'ok', inputTokens: 35, outputTokens: 10, isUsageEstimated: true })
})

/** 300 hidden reasoning tokens and two of the answer at $2.50 a million, and seven of the prompt at $0.30. */
const thinking = native({
  candidates: [{ content: { parts: [{ text: 'grüß' }] }, index: 0 }],
  usageMetadata: {
    promptTokenCount: 7,
    thoughtsTokenCount: 300,
    candidatesTokenCount: 2,
    totalTokenCount: 309,
  },
})

test('Gemini: hidden thoughts of an answer that is cut are counted too', async () => {
  await start(
    async (response) => void response.writeHead(200, type).write(thinking, () => response.destroy()),
  )
  await (await post(doors[0]!, undefined, 'gemini')).text()
  await expect
    .poll(() => gateway.logs.at(-1))
    .toMatchObject({
      outcome: 'stream_cut',
      ...{ inputTokens: 7, outputTokens: 302, isUsageEstimated: true },
      costUsd: expect.closeTo(757.1e-6, 9),
    })
})

test('Gemini: text after the last count is estimated', async () => {
  const more = native({ candidates: [{ content: { parts: [{ text: 'word '.repeat(600) }] }, index: 0 }] })
  await start(async (response) => {
    response.writeHead(200, type).write(thinking + more, () => response.destroy())
  })
  await (await post(doors[0]!, undefined, 'gemini')).text()
  await expect.poll(() => gateway.logs.at(-1)?.outputTokens).toBeGreaterThan(600)
  expect(gateway.logs.at(-1)).toMatchObject({ inputTokens: 7, isUsageEstimated: true })
})

const type = { 'content-type': 'text/event-stream' }
