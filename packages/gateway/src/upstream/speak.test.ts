/** Anthropic, Gemini and Bedrock through the HTTP API: a caller of OpenAI's form cannot tell them from OpenAI. */
import { describe, expect, test } from 'vitest'
import { cutBytes } from '../testing/chunks.ts'
import { type ErrorBody, messages } from '../testing/gateway.ts'
import { askStream, claude, native, nativeAnswers, nativeStreams, natives } from '../testing/native.ts'
import { json, stream } from '../testing/upstream.ts'
import { answering, bytesOf, useNative } from '../testing/use-native.ts'

const { start } = useNative()
const usage = {
  prompt_tokens: 35,
  completion_tokens: 9,
  total_tokens: 44,
  prompt_tokens_details: { cached_tokens: 20 },
}

describe.each(natives)('%s', (name) => {
  test.each(['whole', 'bytes', 'slices'] as const)('streams in OpenAI’s form, cut in %s', async (cut) => {
    const { gateway } = await start(answering(name, cutBytes(bytesOf(name), cut)))
    const { response, text, finish, told, isDone } = await askStream(gateway, name)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    expect({ text, finish, isDone }).toEqual({ text: 'grüß 你好', finish: ['stop'], isDone: true })
    // The caller did not ask for usage, so it is not in the stream; the record has it all the same.
    expect(told.some((chunk) => chunk.usage)).toBe(false)
    expect(gateway.logs.at(-1)).toMatchObject({ outcome: 'ok', inputTokens: 35, outputTokens: 9 })
    expect(gateway.logs.at(-1)!.costUsd).toBeGreaterThan(0)
  })

  test('tells its usage when asked, alone in the last chunk', async () => {
    const { gateway } = await start(answering(name))
    const { told } = await askStream(gateway, name, { stream_options: { include_usage: true } })
    expect(told.at(-1)).toMatchObject({ choices: [], usage })
    expect(told.filter((chunk) => chunk.usage)).toHaveLength(1)
    expect(await gateway.sample('gen_ai_client_token_usage_sum', 'input_cache_read')).toBe(20)
  })

  test('carries the report when asked', async () => {
    const { gateway } = await start(answering(name))
    const { told, isDone } = await askStream(gateway, name, {}, { 'x-gateway-report': '1' })
    expect(isDone).toBe(true)
    const { gateway: report } = told.at(-1)!
    expect(report).toMatchObject({ provider: name, attempts: [{ outcome: 'ok', status: 200 }] })
    expect(report!.ttftMs).toBeGreaterThan(0)
    expect(report!.costUsd).toBeGreaterThan(0)
  })

  test('gives the same answer whole, with the report in it', async () => {
    const { gateway } = await start(json(nativeAnswers[name]))
    const response = await gateway.chat({ model: name, messages }, { headers: { 'x-gateway-report': '1' } })
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(await response.json()).toMatchObject({
      object: 'chat.completion',
      created: Date.parse('2026-01-01') / 1000,
      choices: [{ message: { role: 'assistant', content: 'grüß 你好' }, finish_reason: 'stop' }],
      usage,
      gateway: { provider: name },
    })
  })

  test('is made a stream when it answers whole though a stream was asked for', async () => {
    const { gateway } = await start(json(nativeAnswers[name]))
    const { text, finish, isDone } = await askStream(gateway, name)
    expect({ text, finish, isDone }).toEqual({ text: 'grüß 你好', finish: ['stop'], isDone: true })
  })

  test('cut in the middle: an error and no [DONE], never a short success', async () => {
    for (const end of ['end', 'destroy'] as const) {
      const { gateway } = await start((response) => {
        response.writeHead(200, { 'content-type': nativeStreams[name].type })
        response.write(nativeStreams[name].begin, () => void response[end]())
      })
      const { told, isDone } = await askStream(gateway, name)
      expect(isDone).toBe(false)
      expect(told.at(-1)!.error).toMatchObject({ code: 'stream_cut' })
      expect(gateway.logs.at(-1)).toMatchObject({ outcome: 'stream_cut' })
    }
  })

  test('that answers with nothing is an error with its status', async () => {
    const { gateway } = await start(answering(name, []))
    const { response, bytes } = await askStream(gateway, name)
    expect(response.status).toBe(502)
    expect((JSON.parse(bytes) as ErrorBody).error.code).toBe('empty_response')
  })

  test('is let go at once when the caller leaves', async () => {
    const { upstream, gateway } = await start((response) => {
      response.writeHead(200, { 'content-type': nativeStreams[name].type })
      response.write(nativeStreams[name].begin)
    })
    const leaving = new AbortController()
    const response = await gateway.chat({ model: name, messages, stream: true }, { signal: leaving.signal })
    await response.body!.getReader().read()
    leaving.abort()
    await upstream.received[0]!.cutOff
    expect(gateway.logs).toEqual([expect.objectContaining({ outcome: 'caller_left' })])
  })

  test('is not asked for what it cannot carry', async () => {
    const { upstream, gateway } = await start(answering(name))
    const response = await gateway.chat({ model: name, messages, logprobs: true })
    expect(response.status).toBe(400)
    const { error } = (await response.json()) as ErrorBody
    expect(error).toMatchObject({ code: 'not_carried', message: expect.stringContaining('`logprobs`') })
    expect(upstream.received).toEqual([])
  })

  test('a page in place of an answer is told as such', async () => {
    const { gateway } = await start(stream(['<html>'], { 'content-type': 'text/html' }))
    for (const isStream of [true, false]) {
      const response = await gateway.chat({ model: name, messages, stream: isStream })
      expect(response.status).toBe(502)
      expect(((await response.json()) as ErrorBody).error.message).toMatch(/web page.*baseUrl/)
    }
  })
})

test('thinking, text and parallel calls of tools pass, each in its place', async () => {
  const { start: begin, thinking, text, tools, stop } = claude
  const { gateway } = await start(answering('anthropic', [begin, thinking, text, tools, stop('tool_use')]))
  const answer = await askStream(gateway, 'anthropic')
  expect(answer).toMatchObject({ reasoning: 'hm', text: 'grüß 你好', finish: ['tool_calls'], isDone: true })
  const calls = answer.told.flatMap(({ choices = [] }) =>
    choices.flatMap(({ delta }) => (delta as { tool_calls?: object[] }).tool_calls ?? []),
  )
  expect(calls).toMatchObject([
    { index: 0, id: 'toolu_2', function: { name: 'look' } },
    { index: 0, function: { arguments: '{"at":' } },
    { index: 0, function: { arguments: '2}' } },
    { index: 1, id: 'toolu_3', function: { name: 'look' } },
    { index: 1, function: { arguments: '{"at":' } },
    { index: 1, function: { arguments: '3}' } },
  ])
  const details = answer.told.flatMap(({ choices = [] }) => choices[0]?.delta.reasoning_details ?? [])
  expect(details).toMatchObject([{ format: 'anthropic', thinking: 'hm', signature: 'sig' }])
})

test.each([true, false])(
  'of a tool that is to be called once, one call is told (stream: %s)',
  async (isStream) => {
    const functionCall = { name: 'look', args: { at: 2 } }
    const parts = [{ functionCall }, { functionCall: { name: 'look', args: { at: 3 } } }]
    const answer = {
      candidates: [{ content: { parts, role: 'model' }, finishReason: 'STOP' }],
      responseId: 'r',
    }
    const { gateway } = await start(isStream ? answering('gemini', [native(answer)]) : json(answer))
    const asked = {
      model: 'gemini',
      messages,
      stream: isStream,
      tools: [{ type: 'function', function: { name: 'look' } }],
      tool_choice: { type: 'function', function: { name: 'look' } },
      parallel_tool_calls: false,
    }
    const told = await (await gateway.chat(asked)).text()
    expect(told).toContain(String.raw`{\"at\":2}`)
    expect(told).not.toContain(String.raw`{\"at\":3}`)
    expect(told).toContain('"finish_reason":"tool_calls"')
    // Without `parallel_tool_calls: false`, both calls are passed on.
    expect(await (await gateway.chat({ ...asked, parallel_tool_calls: true })).text()).toContain(
      String.raw`{\"at\":3}`,
    )
  },
)

test('a ping before the first token is a comment, so that whoever waits sees life', async () => {
  const { gateway } = await start(answering('anthropic'))
  expect((await askStream(gateway, 'anthropic')).bytes).toContain(': keep-alive\n\n')
})

test('a picture without a word is sent when it has come, and is a whole answer', async () => {
  const asked = Promise.withResolvers<void>()
  const inlineData = { mimeType: 'image/png', data: 'A'.repeat(1_000) }
  const said = (candidate: object) => `data: ${JSON.stringify({ candidates: [candidate] })}\r\n\r\n`
  const { gateway } = await start(async (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(said({ content: { parts: [{ inlineData }] } }))
    await asked.promise
    response.end(said({ finishReason: 'STOP' }))
  })
  const response = await gateway.chat({ model: 'gemini', stream: true, messages })
  asked.resolve()
  expect(await response.text()).toContain(`"images":[{"type":"image_url","index":0,`)
  expect(gateway.logs.at(-1)).toMatchObject({ outcome: 'ok' })
})
