/** What counts in a report as the gateway's own work, and what as time of the providers or of waits. */
import { expect, test } from 'vitest'
import { done, finish, token, usageChunk } from '../testing/chunks.ts'
import { messages, oneModel, startGateway } from '../testing/gateway.ts'
import { findReport, reporting } from '../testing/reports.ts'
import { json, startUpstream, stream } from '../testing/upstream.ts'

test('the way past a target that could not carry the request is the gateway’s own work too', async () => {
  const provider = await startUpstream(stream([token('a') + finish + usageChunk + done]))
  const params = { baseUrl: `${provider.url}/v1` }
  const targets = ['claude', 'm'].map((model, index) => ({ model, priority: index + 1 }))
  // A clock that advances by 1 ms each time it is read.
  let nowMs = 0
  const counted = await startGateway(
    {
      models: [
        { name: 'claude', provider: 'anthropic', params: { ...params, apiKey: 'none' } },
        { name: 'm', provider: 'custom', params },
      ],
      virtualModels: [{ name: 'v', routing: { priority: { targets } } }],
    },
    { monotonicMs: () => nowMs++ },
  )
  const ask = async (model: string) => {
    const body = { model, messages, stream: true, logprobs: true }
    return findReport(await (await counted.chat(body, reporting)).text())
  }
  const straight = await ask('m')
  const around = await ask('v')
  expect(around.attempts.map(({ outcome }) => outcome)).toEqual(['not_carried', 'ok'])
  expect(around.overheadMs).toBeGreaterThan(straight.overheadMs)
  await counted.close()
  await provider.close()
})

test('an attempt that failed and the wait before the next are not the gateway’s own work', async () => {
  let nowMs = 0
  const provider = await startUpstream((response, request) => {
    if (nowMs > 0) return stream([token('a') + finish + usageChunk + done])(response, request)
    nowMs += 2_000
    return json({ error: { message: 'busy' } }, 503)(response, request)
  })
  const patient = await startGateway(oneModel(provider.url, { retry: { attempts: 2 } }), {
    monotonicMs: () => nowMs,
    async wait() {
      nowMs += 1_000
    },
  })
  const report = findReport(
    await (await patient.chat({ model: 'm', messages, stream: true }, reporting)).text(),
  )
  expect(report.attempts.map(({ outcome }) => outcome)).toEqual(['http_503', 'ok'])
  expect(report).toMatchObject({ durationMs: 3_000, overheadMs: 0 })
  await patient.close()
  await provider.close()
})

test.each([
  ['streams', true, stream([token('a') + finish + done])],
  ['is whole', false, json({ choices: [{ message: { content: 'a' } }] })],
])('what the gateway does with an answer that %s is its own work', async (_how, isStream, answer) => {
  let nowMs = 0
  const provider = await startUpstream(answer)
  const counted = await startGateway(oneModel(provider.url), { monotonicMs: () => nowMs++ })
  await (await counted.chat({ model: 'm', messages, stream: isStream })).text()
  const workedS = await counted.sample('gateway_overhead_seconds_sum', 'phase="response"')
  expect(workedS).toBeGreaterThan(0)
  await counted.close()
  await provider.close()
})
