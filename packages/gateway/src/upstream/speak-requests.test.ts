/** The requests that Anthropic, Gemini and Bedrock get for a request in OpenAI's form. */
import { describe, expect, test } from 'vitest'
import { messages, startGateway } from '../testing/gateway.ts'
import { askStream, type Native, nativeAnswers } from '../testing/native.ts'
import { json, startUpstream } from '../testing/upstream.ts'
import { answering, useNative } from '../testing/use-native.ts'

const { opened, start } = useNative()

describe('what is sent', () => {
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

/** An answer of Claude, with a thought before the text. */
const thoughtful = {
  ...nativeAnswers.anthropic,
  content: [
    { type: 'thinking', thinking: 'hm', signature: 'sig' },
    { type: 'text', text: 'so' },
  ],
}
