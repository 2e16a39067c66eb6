/** The duration of a whole answer ends when its end was read: in the report, in the metrics and in the log. */
import { expect, test } from 'vitest'
import { done, finish, token, usageChunk } from '../testing/chunks.ts'
import { messages, oneModel, type RunningGateway, startGateway } from '../testing/gateway.ts'
import { post } from '../testing/guarded.ts'
import { claude } from '../testing/native.ts'
import { useOpened } from '../testing/opened.ts'
import { findReport, reporting } from '../testing/reports.ts'
import { type Answering, json, startUpstream, stream } from '../testing/upstream.ts'

const opened = useOpened()

async function start(answer: Answering, monotonicMs: () => number): Promise<RunningGateway> {
  const provider = await startUpstream(answer)
  const gateway = await startGateway(oneModel(provider.url), { monotonicMs })
  opened.push(provider, gateway)
  return gateway
}

/** The duration of the only call, by the histogram and by its line in the log. */
async function keptMs(gateway: RunningGateway) {
  const inSeconds = await gateway.sample('gen_ai_server_request_duration_seconds_sum')
  return [inSeconds * 1_000, gateway.logs.at(-1)!.durationMs]
}

const whole = { choices: [{ index: 0, message: { role: 'assistant', content: 'a' }, finish_reason: 'stop' }] }

test.each<[string, Answering, boolean]>([
  ['that does not stream', json(whole), false],
  ['that is a stream', stream([token('a') + finish + usageChunk + done]), true],
  ['without [DONE]', stream([token('a') + finish + usageChunk]), true],
  ['that came whole and goes on as a stream', json(whole), true],
])('an answer %s has one duration, however long it takes to be written', async (_what, answer, isStream) => {
  // A clock that advances by 1 ms each time it is read.
  let nowMs = 0
  const gateway = await start(answer, () => nowMs++)
  const text = await (await gateway.chat({ model: 'm', messages, stream: isStream }, reporting)).text()
  const { durationMs, attempts } = isStream ? findReport(text) : JSON.parse(text).gateway
  await expect.poll(() => gateway.logs.length).toBe(1)
  expect(await keptMs(gateway)).toEqual([durationMs, durationMs])
  expect(attempts[0].durationMs).toBeLessThanOrEqual(durationMs)
})

test.each([
  ['chat/completions', 'custom', token('a') + finish + usageChunk + done, '[DONE]'],
  ['messages', 'anthropic', claude.start + claude.text + claude.stop('end_turn'), 'message_stop'],
])('what a provider does after the end of /v1/%s does not count', async (path, provider, sent, end) => {
  let nowMs = 1_000
  const isHeard = Promise.withResolvers<void>()
  const upstream = await startUpstream(async (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(sent)
    await isHeard.promise
    response.end()
  })
  const params = { baseUrl: `${upstream.url}/v1`, apiKey: 'key' }
  const gateway = await startGateway(
    { models: [{ name: 'm', provider, params }] },
    { monotonicMs: () => nowMs },
  )
  opened.push(upstream, gateway)
  const { body } = await post(gateway, `/v1/${path}`, { model: 'm', messages, max_tokens: 9, stream: true })
  let text = ''
  for await (const part of body!) {
    text += Buffer.from(part)
    if (!text.includes(end)) continue
    nowMs = 1_500
    isHeard.resolve()
  }
  await expect.poll(() => gateway.logs.length).toBe(1)
  expect(await keptMs(gateway)).toEqual([0, 0])
})
