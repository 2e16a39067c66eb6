/** Anthropic counts the prompt as its answer begins: an answer that breaks off costs that, and an estimate of what was said. */
import { afterEach, expect, test } from 'vitest'
import { messages, type RunningGateway } from './testing/gateway.ts'
import { claude, startNative } from './testing/native.ts'
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

const post = (path: string, signal?: AbortSignal) =>
  fetch(gateway.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'anthropic', max_tokens: 50, messages, stream: true }),
    signal: signal ?? null,
  })

const begin = claude.start + claude.text
/** Five fresh at $3 a million, twenty from a cache at $0.30, ten into it at $3.75; and one of the answer at $15. */
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
  await expect.poll(() => gateway.logs.at(-1)).toMatchObject({ outcome: 'caller-gone', ...counted })
})

const type = { 'content-type': 'text/event-stream' }
