/** Guardrails through the gateway's door: what reaches the provider, what reaches the caller, what the books say. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import {
  type Cut,
  cuts,
  cutUp,
  delta,
  done,
  event,
  events,
  finish,
  head,
  role,
  token,
  usage,
  usageChunk,
} from '../testing/chunks.ts'
import { goodAnswer } from '../testing/door.ts'
import { type ErrorBody, type RunningGateway, startGateway } from '../testing/gateway.ts'
import { type Answering, json, startUpstream, stream, type Upstream } from '../testing/upstream.ts'

const opened: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.close()
})

const card = '4111 1111 1111 1111'
const guardrail = (detector: string, more: object = {}) => ({
  name: `no-${detector}`,
  on: ['request', 'response'],
  match: { detector },
  action: 'mask',
  ...more,
})
const cards = guardrail('card-number')
const mails = guardrail('email')

async function start(
  guardrails: object[],
  answer: Answering = goodAnswer,
): Promise<{ gateway: RunningGateway; upstream: Upstream }> {
  const upstream = await startUpstream(answer)
  const params = { baseUrl: `${upstream.url}/v1` }
  const gateway = await startGateway({
    models: ['m', 'n'].map((name) => ({ name, provider: 'custom', params })),
    virtualModels: [{ name: 'v', routing: { priority: { targets: [{ model: 'm', priority: 1 }] } } }],
    policies: { guardrails },
  })
  opened.push(upstream, gateway)
  return { gateway, upstream }
}

const ask = (content: unknown, more: object = {}) => ({
  model: 'm',
  messages: [{ role: 'user', content }],
  ...more,
})
const post = (gateway: RunningGateway, path: string, body: object) =>
  fetch(gateway.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })

describe('on the request', () => {
  test('a body without a finding goes up byte for byte', async () => {
    const { gateway, upstream } = await start([cards, mails])
    const body =
      ' {"model" : "m","messages":[{"role":"user","content":"caf\\u00e9 12"}], "n": 12345678901234567890 }'
    expect((await gateway.chat(body)).status).toBe(200)
    expect(upstream.received[0]!.body).toBe(body)
    expect(gateway.logs.at(-1)).not.toHaveProperty('guardrails')
  })

  test('masks every text that the model reads, and nothing else', async () => {
    const { gateway, upstream } = await start([cards, mails])
    const args = JSON.stringify({ to: 'a@b.com', card: 4111111111111111, n: 1 })
    const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,a@b.com' } }
    const messages = (mail: string, cardText: string, toolArguments: string) => [
      { role: 'system', content: `Answer ${mail}` },
      { role: 'user', content: [{ type: 'text', text: `${cardText}!` }, image] },
      {
        role: 'assistant',
        content: null,
        tool_calls: [
          { id: 'a@b.com', type: 'function', function: { name: 'mail', arguments: toolArguments } },
        ],
      },
      { role: 'tool', tool_call_id: 'a@b.com', content: `sent to ${mail}` },
    ]
    const more = { user: 'a@b.com', seed: 12, tools: [{ type: 'function', function: { name: 'mail' } }] }
    await gateway.chat({ model: 'm', messages: messages('a@b.com', card, args), ...more })
    const masked = JSON.stringify({ to: '[email]', card: '[card-number]', n: 1 })
    expect(JSON.parse(upstream.received[0]!.body)).toEqual({
      model: 'm',
      messages: messages('[email]', '[card-number]', masked),
      ...more,
    })
    expect(gateway.logs.at(-1)!.guardrails).toEqual([
      { guardrail: 'no-email', action: 'mask', on: 'request' },
      { guardrail: 'no-card-number', action: 'mask', on: 'request' },
    ])
  })

  test('keeps integers that a double cannot hold, where it masks', async () => {
    const { gateway, upstream } = await start([mails])
    await gateway.chat(
      '{"model":"m","seed":12345678901234567890,"messages":[{"role":"user","content":"a@b.com"}]}',
    )
    expect(upstream.received[0]!.body).toBe(
      '{"model":"m","seed":12345678901234567890,"messages":[{"role":"user","content":"[email]"}]}',
    )
  })

  test.each([true, false])(
    'rejects with a clear word, and sends nothing up (streaming: %s)',
    async (isStream) => {
      const { gateway, upstream } = await start([{ ...cards, action: 'reject' }])
      const response = await gateway.chat(ask(`my card is ${card}`, { stream: isStream }))
      expect(response.status).toBe(400)
      const text = await response.text()
      expect((JSON.parse(text) as ErrorBody).error).toEqual({
        message:
          'The guardrail "no-card-number" of this gateway found something like card-number in the request. Take it out and send the request again.',
        type: 'invalid_request_error',
        code: 'guardrail_rejected',
        param: null,
      })
      expect(upstream.received).toEqual([])
      expect(JSON.stringify(gateway.logs)).not.toContain('4111')
      expect(gateway.logs.at(-1)).toMatchObject({ outcome: 'guardrail_rejected' })
      const labels = ['guardrail="no-card-number"', 'action="reject"', 'on="request"']
      expect(await gateway.sample('gateway_guardrail_total', ...labels)).toBe(1)
      expect(await gateway.sample('gateway_refused_total', 'reason="guardrail_rejected"')).toBe(1)
    },
  )

  test.each([
    ['/v1/completions', { prompt: ['one', card] }, { prompt: ['one', '[card-number]'] }],
    ['/v1/embeddings', { input: card }, { input: '[card-number]' }],
    [
      '/v1/responses',
      { input: [{ role: 'user', content: [{ type: 'input_text', text: card }] }], instructions: card },
      {
        input: [{ role: 'user', content: [{ type: 'input_text', text: '[card-number]' }] }],
        instructions: '[card-number]',
      },
    ],
  ])('is checked on %s too', async (path, asked, goesUp) => {
    const { gateway, upstream } = await start([{ ...cards, on: ['request'] }], json({ choices: [] }))
    expect((await post(gateway, path, { model: 'm', ...asked })).status).toBe(200)
    expect(JSON.parse(upstream.received[0]!.body)).toEqual({ model: 'm', ...goesUp })
  })

  test('holds for the models that it names, also behind a virtual model', async () => {
    const { gateway, upstream } = await start([{ ...cards, models: ['m'] }])
    for (const model of ['m', 'v', 'n']) await gateway.chat(ask(card, { model }))
    const contents = upstream.received.map(({ body }) => JSON.parse(body).messages[0].content)
    expect(contents).toEqual(['[card-number]', '[card-number]', card])
  })

  test('a regex of the config masks by the name of its guardrail, in any time that the text asks for', async () => {
    const ticket = { ...cards, name: 'ticket', match: { regex: '\\bTICKET-(?:\\d{1,4}){1,20}x', flags: 'i' } }
    const { gateway, upstream } = await start([ticket])
    await gateway.chat(ask(`see ticket-12x and TICKET-${'1'.repeat(100_000)}`))
    expect(JSON.parse(upstream.received[0]!.body).messages[0].content).toBe(
      `see [ticket] and TICKET-${'1'.repeat(100_000)}`,
    )
  })
})

/** The texts of a stream put together again, as a client does. */
function readTexts(bytes: string) {
  const texts: Record<string, string> = {}
  const add = (key: string, piece: unknown) => {
    if (typeof piece === 'string') texts[key] = (texts[key] ?? '') + piece
  }
  for (const chunk of events(bytes) as Told[]) {
    for (const { index = 0, delta: said = {}, text } of chunk.choices ?? []) {
      add(`${index} text`, text)
      add(`${index} answer`, said.content)
      add(`${index} reasoning`, said.reasoning_content)
      for (const call of said.tool_calls ?? []) add(`${index} tool ${call.index}`, call.function?.arguments)
    }
  }
  return texts
}

interface Told {
  choices?: {
    index?: number
    text?: string
    finish_reason?: string | null
    delta?: {
      content?: string
      reasoning_content?: string
      tool_calls?: { index: number; function?: { arguments?: string } }[]
    }
  }[]
  usage?: object
  error?: { code: string }
}

const choice = (index: number, content: object, finish_reason: string | null = null) =>
  event({ ...head, choices: [{ index, delta: content, finish_reason }] })
const tool = (index: number, piece: string, more: object = {}) =>
  delta({ tool_calls: [{ index, ...more, function: { arguments: piece } }] })

describe.each(cuts)('on an answer that streams, cut in %s', (cut: Cut) => {
  test('masks what came in pieces, and everything else passes as it came', async () => {
    const text =
      role + ['Pay ', '4111 ', '1111 11', '11 1111', ' to a', '@b.co', 'm ', 'soon'].map(token).join('')
    const { gateway } = await start(
      [cards, mails],
      stream(cutUp(`: hi\n\n${text}${finish}${usageChunk}${done}`, cut)),
    )
    const bytes = await (
      await gateway.chat(ask('hi', { stream: true, stream_options: { include_usage: true } }))
    ).text()
    expect(readTexts(bytes)).toEqual({ '0 answer': 'Pay [card-number] to [email] soon' })
    expect(bytes).not.toMatch(/1111|@b/)
    expect(bytes.startsWith(`: hi\n\n${role}`)).toBe(true)
    expect(bytes.endsWith(finish + usageChunk + done)).toBe(true)
    expect(gateway.logs.at(-1)).toMatchObject({ outcome: 'ok', inputTokens: 7, outputTokens: 3 })
    const labels = ['guardrail="no-email"', 'action="mask"', 'on="response"']
    expect(await gateway.sample('gateway_guardrail_total', ...labels)).toBe(1)
  })

  test('each choice and each kind has its own text, and arguments of tools remain JSON', async () => {
    const bytes = [
      choice(0, { role: 'assistant', content: '4111 1111 ' }),
      choice(1, { role: 'assistant', content: 'at a@' }),
      choice(0, { reasoning_content: 'the card 4111 1111' }),
      choice(0, { content: '1111 1111' }),
      choice(1, { content: 'b.com' }, 'stop'),
      choice(0, { reasoning_content: ' 1111 1111' }),
      tool(0, '', { id: 'call_1', type: 'function' }),
      tool(0, '{"card":41111111'),
      tool(1, '{"to":"a\\u0040', { id: 'call_2', type: 'function' }),
      tool(0, '11111111,"note":"ok"}'),
      tool(1, 'b.com"}'),
      choice(0, {}, 'tool_calls'),
      done,
    ].join('')
    const { gateway } = await start([cards, mails], stream(cutUp(bytes, cut)))
    const passed = await (await gateway.chat(ask('hi', { stream: true, n: 2 }))).text()
    expect(readTexts(passed)).toEqual({
      '0 answer': '[card-number]',
      '1 answer': 'at [email]',
      '0 reasoning': 'the card [card-number]',
      '0 tool 0': '{"card":"[card-number]","note":"ok"}',
      '0 tool 1': '{"to":"[email]"}',
    })
    const told = events(passed) as Told[]
    for (const index of [0, 1]) {
      const own = told.flatMap(({ choices = [] }) => choices.filter((each) => each.index === index))
      // The end is said once, and last.
      expect(own.findIndex((each) => each.finish_reason != null)).toBe(own.length - 1)
    }
  })

  test('reject ends it with an error, closes the provider’s socket and counts what came', async () => {
    const { gateway, upstream } = await start([{ ...cards, action: 'reject' }], async (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      for (const part of cutUp([role, ...['one ', 'two ', card, ' three'].map(token)].join(''), cut)) {
        response.write(part)
      }
    })
    const response = await gateway.chat(ask('hi', { stream: true }))
    const bytes = await response.text()
    await upstream.received[0]!.cutOff
    expect(bytes).not.toContain('1111')
    expect(bytes).not.toContain('[DONE]')
    const last = (response.status === 200 ? events(bytes).at(-1) : JSON.parse(bytes)) as Told
    expect(last.error).toMatchObject({ code: 'guardrail_rejected' })
    expect(gateway.logs.at(-1)).toMatchObject({
      outcome: 'guardrail_rejected',
      isUsageEstimated: true,
      attempts: 1,
    })
    expect(gateway.logs.at(-1)!.outputTokens).toBeGreaterThan(0)
  })
})

test('one choice that is rejected when another has finished is no success', async () => {
  const bytes =
    choice(0, { content: 'fine' }, 'stop') + choice(1, { content: `${card} ` }) + choice(1, {}, 'stop') + done
  const { gateway } = await start([{ ...cards, action: 'reject' }], stream([bytes]))
  const passed = await (await gateway.chat(ask('hi', { stream: true, n: 2 }))).text()
  expect(readTexts(passed)).toEqual({ '0 answer': 'fine', '1 answer': '' })
  expect(passed).not.toContain('[DONE]')
  expect((events(passed).at(-1) as Told).error).toMatchObject({ code: 'guardrail_rejected' })
})

test('half of a match is not shown when the stream breaks off', async () => {
  const { gateway } = await start([cards], stream([role, token('card 4111 1111 '), token('1111 11')]))
  const bytes = await (await gateway.chat(ask('hi', { stream: true }))).text()
  expect(readTexts(bytes)).toEqual({ '0 answer': 'card ' })
  expect((events(bytes).at(-1) as Told).error).toMatchObject({ code: 'stream_cut' })
})

test('an event that cannot be checked does not pass', async () => {
  const { gateway } = await start(
    [cards],
    stream([role, token('a '), `data: {"card ${card}\n\n`, finish, done]),
  )
  const bytes = await (await gateway.chat(ask('hi', { stream: true }))).text()
  expect(bytes).not.toContain('1111')
  expect((events(bytes).at(-1) as Told).error).toMatchObject({ code: 'bad_response' })
})

test('where only requests are guarded, an answer passes byte for byte', async () => {
  const text = role + token(`odd  spacing ${card}`).replace('{', '{ ') + finish + done
  const { gateway } = await start([{ ...cards, on: ['request'] }], stream([text]))
  expect(await (await gateway.chat(ask('hi', { stream: true }))).text()).toBe(text)
})

test('the report still comes in the usage chunk', async () => {
  const { gateway } = await start([cards], stream([role, token(card), finish, usageChunk, done]))
  const response = await gateway.chat(ask('hi', { stream: true }), { headers: { 'x-gateway-report': '1' } })
  const told = events(await response.text()) as (Told & { gateway?: object })[]
  expect(told.find((chunk) => chunk.usage)!.gateway).toMatchObject({ attempts: [{ outcome: 'ok' }] })
})

describe('on an answer that does not stream', () => {
  const answer = (content: string, more: object = {}) => ({
    ...head,
    object: 'chat.completion',
    choices: [{ index: 0, message: { role: 'assistant', content, ...more }, finish_reason: 'stop' }],
    usage,
  })

  test('masks all its texts, and leaves out the tokens’ own list', async () => {
    const calls = (args: string) => ({
      tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: args } }],
    })
    const whole = answer(card, { reasoning_content: 'a@b.com', ...calls('{"a":"a@b.com"}') })
    const withLogprobs = {
      ...whole,
      choices: whole.choices.map((each) => ({ ...each, logprobs: { content: [{ token: '4111' }] } })),
    }
    const { gateway } = await start([cards, mails], json(withLogprobs))
    expect(await (await gateway.chat(ask('hi'))).json()).toEqual(
      answer('[card-number]', { reasoning_content: '[email]', ...calls('{"a":"[email]"}') }),
    )
  })

  test('passes byte for byte when nothing is found', async () => {
    const text = JSON.stringify(answer('nothing'), null, 2)
    const { gateway } = await start([cards, mails], json(text))
    expect(await (await gateway.chat(ask('hi'))).text()).toBe(text)
  })

  test('reject refuses it, and it is paid; its provider did nothing wrong', async () => {
    const { gateway, upstream } = await start([{ ...cards, action: 'reject' }], json(answer(card)))
    // One more than open a breaker.
    for (let call = 1; call <= 4; call++) {
      const response = await gateway.chat(ask('hi', { model: 'v' }))
      expect(response.status).toBe(400)
      expect(((await response.json()) as ErrorBody).error.code).toBe('guardrail_rejected')
      expect(upstream.received).toHaveLength(call)
      expect(gateway.logs.at(-1)).toMatchObject({ inputTokens: 7, outputTokens: 3 })
    }
  })

  test('a provider that ignores the wish for a stream is guarded too', async () => {
    const { gateway } = await start([cards], json(answer(card)))
    const bytes = await (await gateway.chat(ask('hi', { stream: true }))).text()
    expect(readTexts(bytes)).toEqual({ '0 answer': '[card-number]' })
  })
})

describe('endpoints besides chat', () => {
  test('completions are guarded, streaming or not', async () => {
    const piece = (text: string, finish_reason: string | null = null) =>
      event({ id: 'c', object: 'text_completion', choices: [{ index: 0, text, finish_reason }] })
    const { gateway } = await start([cards], (response, request) =>
      (request.body.includes('"stream":true')
        ? stream([piece('4111 1111 '), piece('1111 1111'), piece('', 'stop'), done])
        : json({ choices: [{ index: 0, text: card, finish_reason: 'stop' }] }))(response, request),
    )
    const streamed = await post(gateway, '/v1/completions', { model: 'm', prompt: 'a', stream: true })
    expect(readTexts(await streamed.text())).toEqual({ '0 text': '[card-number]' })
    const whole = await post(gateway, '/v1/completions', { model: 'm', prompt: 'a' })
    expect(await whole.json()).toMatchObject({ choices: [{ text: '[card-number]' }] })
  })

  test('where answers cannot be checked, the call is refused', async () => {
    const { gateway, upstream } = await start([cards])
    const response = await post(gateway, '/v1/responses', { model: 'm', input: 'a' })
    expect(response.status).toBe(400)
    expect(((await response.json()) as ErrorBody).error.message).toContain('Use /v1/chat/completions.')
    expect(upstream.received).toEqual([])
  })

  test('vectors need no check', async () => {
    const { gateway } = await start([cards], json({ data: [{ embedding: [0.5] }] }))
    expect((await post(gateway, '/v1/embeddings', { model: 'm', input: 'a' })).status).toBe(200)
  })
})

const recording = join(
  import.meta.dirname,
  ...['..', '..', '..', '..', '..', 'shared', 'transcripts', 'stream'],
)
const names = [
  'azure-gpt-4.1-mini-text-filter',
  'deepseek-reasoner-reasoning',
  'groq-llama3-8b-text-xgroq',
  'openai-gpt-4o-mini-n2-choices-usage',
  'openai-gpt-5.4-text-usage',
  'openrouter-gpt-5-text-38-comments',
  'perplexity-sonar-crlf-nodone',
  'together-llama-3.3-70b-text',
  'zai-glm-4.6-reasoning-chunked-split',
]

describe.skipIf(!existsSync(recording)).each(names)('%s', (name) => {
  test.each(cuts)(
    'loses an address and a card that were planted in it, and nothing else, cut in %s',
    async (cut) => {
      const recorded = readFileSync(join(recording, `${name}.sse`), 'utf8')
      const planted = plant(recorded, 'mail a.b@example.com or 4111 1111 1111 1111 now')
      const { gateway } = await start([cards, mails], stream(cutUp(planted, cut)))
      const passed = await (await gateway.chat(ask('hi', { stream: true }))).text()
      const before = readTexts(planted)['0 answer'] ?? ''
      const after = before
        .replaceAll('a.b@example.com', '[email]')
        .replaceAll('4111 1111 1111 1111', '[card-number]')
      expect(before).toContain('a.b@example.com')
      expect(readTexts(passed)['0 answer']).toBe(after)
    },
  )
})

/** In front of its first answer, in chunks of five letters, as that provider writes chunks. */
function plant(text: string, words: string): string {
  const frames = text.split(/(?<=\r?\n\r?\n)/)
  const at = frames.findIndex((frame) => /"content":\s?"[^"]/.test(frame))
  const pieces = words
    .match(/.{1,5}/g)!
    .map((piece) =>
      frames[at]!.replace(
        /"content":(\s?)"(?:[^"\\]|\\.)*"/g,
        (_all, space) => `"content":${space}${JSON.stringify(piece)}`,
      ),
    )
  return [...frames.slice(0, at), ...pieces, ...frames.slice(at)].join('')
}
