/** Anthropic, Gemini and Bedrock through the public door: a caller of OpenAI's form cannot tell them from OpenAI. */
import { describe, expect, test } from 'vitest'
import { cutBytes } from '../testing/chunks.ts'
import { type ErrorBody, messages, startGateway } from '../testing/gateway.ts'
import {
  askStream,
  claude,
  type Native,
  native,
  nativeAnswers,
  nativeStreams,
  natives,
  startNative,
} from '../testing/native.ts'
import { useOpened } from '../testing/opened.ts'
import { type Answering, json, startUpstream, stream } from '../testing/upstream.ts'

const opened = useOpened()

async function start(answer: Answering) {
  const started = await startNative(answer)
  opened.push(started.upstream, started.gateway)
  return started
}

const bytesOf = (name: Native) => Buffer.concat([nativeStreams[name].begin, nativeStreams[name].rest])
const answering = (name: Native, pieces: (string | Uint8Array)[] = [bytesOf(name)]): Answering =>
  stream(pieces, { 'content-type': nativeStreams[name].type })
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
    // Not asked for, so not shown; on the books all the same.
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

describe('what goes up', () => {
  const system = [{ role: 'system', content: 'Be short.' }, ...messages]
  const callers = {
    authorization: 'Bearer callers-own',
    'x-api-key': 'callers-own',
    traceparent: '00-1-2-01',
  }

  test('to Anthropic: its path, its key and version, its body', async () => {
    const { upstream, gateway } = await start(answering('anthropic'))
    await askStream(gateway, 'anthropic', { messages: system, max_tokens: 50 }, callers)
    const [received] = upstream.received
    expect(received!.url).toBe('/v1/messages')
    expect(received!.headers).toMatchObject({
      'x-api-key': 'sk-ant-ours',
      'anthropic-version': '2023-06-01',
      'content-type': 'application/json',
      'accept-encoding': 'identity',
      traceparent: '00-1-2-01',
    })
    expect(received!.headers.authorization).toBeUndefined()
    expect(JSON.parse(received!.body)).toEqual({
      model: 'claude-sonnet-4-5',
      max_tokens: 50,
      stream: true,
      system: [{ type: 'text', text: 'Be short.' }],
      messages: [{ role: 'user', content: [{ type: 'text', text: 'What is a drag race?' }] }],
    })
  })

  test('to Gemini: the model in its path, its key in its header', async () => {
    const { upstream, gateway } = await start(answering('gemini'))
    await askStream(gateway, 'gemini', { messages: system, seed: 7 }, callers)
    const [received] = upstream.received
    expect(received!.url).toBe('/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse')
    expect(received!.headers['x-goog-api-key']).toBe('gemini-ours')
    expect(received!.headers.authorization).toBeUndefined()
    expect(JSON.parse(received!.body)).toMatchObject({
      systemInstruction: { parts: [{ text: 'Be short.' }] },
      contents: [{ role: 'user', parts: [{ text: 'What is a drag race?' }] }],
      generationConfig: { seed: 7 },
    })
  })

  test('to Bedrock: signed for its region, with the session token', async () => {
    const { upstream, gateway } = await start(answering('bedrock'))
    await askStream(gateway, 'bedrock', { messages: system }, callers)
    const [received] = upstream.received
    expect(received!.url).toBe('/model/amazon.nova-lite-v1%3A0/converse-stream')
    expect(received!.headers).toMatchObject({
      'x-amz-date': '20260101T000000Z',
      'x-amz-security-token': 'session-token-ours',
      accept: 'application/vnd.amazon.eventstream',
      authorization: expect.stringMatching(
        /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/20260101\/eu-west-1\/bedrock\/aws4_request, SignedHeaders=accept;content-type;host;x-amz-date;x-amz-security-token, Signature=[0-9a-f]{64}$/,
      ),
    })
    expect(received!.headers['x-api-key']).toBeUndefined()
    expect(JSON.parse(received!.body)).toMatchObject({
      system: [{ text: 'Be short.' }],
      messages: [{ role: 'user', content: [{ text: 'What is a drag race?' }] }],
    })
  })

  test('to Bedrock with a key of its own: as a bearer, unsigned, without AWS variables', async () => {
    const upstream = await startUpstream(answering('bedrock'))
    const params = { baseUrl: upstream.url, apiKey: 'bedrock-key-ours', region: 'us-east-1' }
    const gateway = await startGateway({ models: [{ name: 'm', provider: 'bedrock', params }] })
    opened.push(upstream, gateway)
    expect((await askStream(gateway, 'm')).text).toBe('grüß 你好')
    expect(upstream.received[0]!.headers.authorization).toBe('Bearer bedrock-key-ours')
    expect(upstream.received[0]!.headers['x-amz-date']).toBeUndefined()
  })
})

describe('a PDF and a text', () => {
  const attached = [
    { type: 'file', file: { filename: 'bill.pdf', file_data: 'data:application/pdf;base64,AAAA' } },
    { type: 'file', file: { filename: 'note.txt', file_data: 'data:text/plain;base64,Z3LDvMOf' } },
  ]
  const asked = {
    messages: [
      { role: 'user', content: [{ type: 'text', text: '?' }, ...attached] },
      {
        role: 'assistant',
        tool_calls: [{ id: 'a', type: 'function', function: { name: 'read', arguments: '{}' } }],
      },
      { role: 'tool', tool_call_id: 'a', content: attached.slice(0, 1) },
    ],
  }
  const anthropicPdf = {
    type: 'document',
    source: { type: 'base64', media_type: 'application/pdf', data: 'AAAA' },
    title: 'bill.pdf',
  }
  const anthropicText = {
    type: 'document',
    source: { type: 'text', media_type: 'text/plain', data: 'grüß' },
    title: 'note.txt',
  }
  const geminiPdf = { inlineData: { mimeType: 'application/pdf', data: 'AAAA' } }
  const bedrockPdf = (name: string) => ({ document: { format: 'pdf', name, source: { bytes: 'AAAA' } } })
  const bedrockText = { document: { format: 'txt', name: 'document 0-2', source: { bytes: 'Z3LDvMOf' } } }

  test.each<[Native, object]>([
    [
      'anthropic',
      {
        messages: [
          { content: [{ type: 'text', text: '?' }, anthropicPdf, anthropicText] },
          {},
          { content: [{ type: 'tool_result', content: [anthropicPdf] }] },
        ],
      },
    ],
    [
      'gemini',
      {
        contents: [
          { parts: [{ text: '?' }, geminiPdf, { inlineData: { mimeType: 'text/plain', data: 'Z3LDvMOf' } }] },
          {},
          { parts: [{ functionResponse: { parts: [geminiPdf] } }] },
        ],
      },
    ],
    [
      'bedrock',
      {
        messages: [
          { content: [{ text: '?' }, bedrockPdf('document 0-1'), bedrockText] },
          {},
          { content: [{ toolResult: { content: [bedrockPdf('document 2-0')] } }] },
        ],
      },
    ],
  ])('go to %s in its own form', async (name, body) => {
    const { upstream, gateway } = await start(answering(name))
    expect((await askStream(gateway, name, asked)).response.status).toBe(200)
    expect(JSON.parse(upstream.received[0]!.body)).toMatchObject(body)
  })
})

test('a sound goes to Gemini', async () => {
  const { upstream, gateway } = await start(answering('gemini'))
  const content = [{ type: 'input_audio', input_audio: { data: 'AAAA', format: 'mp3' } }]
  await askStream(gateway, 'gemini', { messages: [{ role: 'user', content }] })
  expect(JSON.parse(upstream.received[0]!.body)).toMatchObject({
    contents: [{ parts: [{ inlineData: { mimeType: 'audio/mp3', data: 'AAAA' } }] }],
  })
})

test('what Claude thought goes back to Claude, and to no model of OpenAI’s form', async () => {
  const { upstream: native, gateway: first } = await start(json(thoughtful))
  const answer = (await (await first.chat({ model: 'anthropic', messages })).json()) as {
    choices: { message: object }[]
  }
  const again = [...messages, answer.choices[0]!.message, { role: 'user', content: 'And?' }]
  await first.chat({ model: 'anthropic', messages: again })
  expect(native.received[1]!.body).toContain('"signature":"sig"')

  const upstream = await startUpstream(json({}))
  const params = { baseUrl: `${upstream.url}/v1` }
  const gateway = await startGateway({ models: [{ name: 'm', provider: 'custom', params }] })
  opened.push(upstream, gateway)
  await gateway.chat({ model: 'm', messages: again })
  const [, message] = (JSON.parse(upstream.received[0]!.body) as { messages: object[] }).messages
  expect(message).toEqual({ role: 'assistant', content: 'so', refusal: null })
})

/** Claude's, with a thought before the text. */
const thoughtful = {
  ...nativeAnswers.anthropic,
  content: [
    { type: 'thinking', thinking: 'hm', signature: 'sig' },
    { type: 'text', text: 'so' },
  ],
}

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
    // Asked for without the promise, both are told.
    expect(await (await gateway.chat({ ...asked, parallel_tool_calls: true })).text()).toContain(
      String.raw`{\"at\":3}`,
    )
  },
)

test('a ping before the first token is a comment, so that whoever waits sees life', async () => {
  const { gateway } = await start(answering('anthropic'))
  expect((await askStream(gateway, 'anthropic')).bytes).toContain(': keep-alive\n\n')
})
