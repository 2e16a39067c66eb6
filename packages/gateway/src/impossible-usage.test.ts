/** An impossible token count is ignored: the call's tokens are estimated, and it is never free. */
import { expect, test } from 'vitest'
import { head } from './testing/chunks.ts'
import { messages, startGateway } from './testing/gateway.ts'
import { claude, native, startNative } from './testing/native.ts'
import { useOpened } from './testing/opened.ts'
import { json, startUpstream, stream } from './testing/upstream.ts'

const opened = useOpened()

const words = 'A race over a straight quarter of a mile.'
const answers: Record<string, (input: number, output: number) => object> = {
  custom: (prompt_tokens, completion_tokens) => ({
    ...head,
    choices: [{ index: 0, message: { role: 'assistant', content: words }, finish_reason: 'stop' }],
    usage: { prompt_tokens, completion_tokens },
  }),
  anthropic: (input_tokens, output_tokens) => ({
    id: 'msg_1',
    content: [{ type: 'text', text: words }],
    stop_reason: 'end_turn',
    usage: { input_tokens, output_tokens },
  }),
  gemini: (promptTokenCount, candidatesTokenCount) => ({
    candidates: [{ content: { parts: [{ text: words }] }, finishReason: 'STOP' }],
    usageMetadata: { promptTokenCount, candidatesTokenCount },
  }),
  bedrock: (inputTokens, outputTokens) => ({
    output: { message: { content: [{ text: words }] } },
    stopReason: 'end_turn',
    usage: { inputTokens, outputTokens },
  }),
}
const counts = [
  [10, -1],
  [-10, 5],
  [10.5, 5],
  [10, 1e18],
] as const

test.each(Object.keys(answers))('%s', async (provider) => {
  for (const [input, output] of counts) {
    const upstream = await startUpstream(json(answers[provider]!(input, output)))
    const region = provider === 'bedrock' ? { region: 'eu-west-1' } : {}
    const params = { baseUrl: `${upstream.url}/v1`, apiKey: 'none', ...region }
    const gateway = await startGateway({ models: [{ name: 'm', provider, params }] })
    opened.push(upstream, gateway)
    await (await gateway.chat({ model: 'm', messages })).text()
    await expect.poll(() => gateway.logs.at(-1)?.outcome).toBe('ok')
    // A quarter of the letters of each.
    expect(gateway.logs.at(-1)).toMatchObject({ inputTokens: 5, outputTokens: Math.ceil(words.length / 4) })
  }
})

test.each(['/v1/chat/completions', '/v1/messages'])(
  '%s: in the last of the counts of a stream',
  async (path) => {
    const last = { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: -1 } }
    const sent = claude.start + claude.text + native(last) + native({ type: 'message_stop' })
    const { upstream, gateway } = await startNative(stream([sent]))
    opened.push(upstream, gateway)
    const response = await fetch(gateway.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'anthropic', max_tokens: 50, messages, stream: true }),
    })
    await response.text()
    await expect.poll(() => gateway.logs.at(-1)).toMatchObject({ outcome: 'ok', isUsageEstimated: true })
  },
)
