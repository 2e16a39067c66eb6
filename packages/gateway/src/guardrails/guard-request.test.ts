/** Guardrails on requests, in a whole gateway: what reaches the provider, what the caller is told, what is logged. */
import { describe, expect, test } from 'vitest'
import type { ErrorBody } from '../testing/gateway.ts'
import { ask, card, cards, mails, post, startGuarded } from '../testing/guarded.ts'
import { useOpened } from '../testing/opened.ts'
import { type Answering, json } from '../testing/upstream.ts'

const opened = useOpened()

async function start(guardrails: object[], answer?: Answering) {
  const guarded = await startGuarded(guardrails, answer)
  opened.push(guarded)
  return guarded
}

const digits = card.replaceAll(' ', '')
/** In Anthropic's form: the arguments of a tool call, and a picture. */
const toolCall = (input: object, source: object) => ({
  model: 'claude',
  messages: [
    { role: 'assistant', content: [{ type: 'tool_use', id: digits, name: 'pay', input }] },
    { role: 'user', content: [{ type: 'image', source }] },
  ],
})

describe('on the request', () => {
  test('a body without a finding is sent byte for byte', async () => {
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

  test('a card number that a double cannot hold is masked in the arguments of a tool', async () => {
    const { gateway, upstream } = await start([cards])
    const ask = (args: string) => ({
      model: 'm',
      messages: [{ role: 'assistant', tool_calls: [{ function: { name: 'pay', arguments: args } }] }],
    })
    await gateway.chat(ask('{"card":6222021234567890128,"n":12345678901234567890}'))
    expect(JSON.parse(upstream.received[0]!.body)).toEqual(
      ask('{"card":"[card-number]","n":12345678901234567890}'),
    )
  })

  test.each(['arguments', 'Arguments', 'argumentſ'])('reads `%s` as Go does, in any case', async (key) => {
    const { gateway, upstream } = await start([mails])
    const tool_calls = [{ function: { name: 'f', [key]: '{"to":"a\\u0040b.com"}' } }]
    await gateway.chat({ model: 'm', messages: [{ role: 'assistant', tool_calls }] })
    const { messages } = JSON.parse(upstream.received[0]!.body)
    expect(messages[0].tool_calls[0].function[key]).toBe('{"to":"[email]"}')
  })

  test.each([true, false])(
    'rejects with a message that says what to do, and sends nothing (streaming: %s)',
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
      '/v1/messages',
      {
        model: 'claude',
        messages: [{ role: 'user', content: [{ type: 'document', source: { type: 'text', data: card } }] }],
      },
      {
        model: 'claude',
        messages: [
          { role: 'user', content: [{ type: 'document', source: { type: 'text', data: '[card-number]' } }] },
        ],
      },
    ],
    [
      '/v1/messages',
      toolCall({ card: 4111111111111111, name: [card], [card]: 'a', n: 1 }, { type: 'base64', data: digits }),
      toolCall(
        { card: '[card-number]', name: ['[card-number]'], '[card-number]': 'a', n: 1 },
        { type: 'base64', data: digits },
      ),
    ],
    [
      '/v1/responses',
      { input: [{ role: 'user', content: [{ type: 'input_text', text: card }] }], instructions: card },
      {
        input: [{ role: 'user', content: [{ type: 'input_text', text: '[card-number]' }] }],
        instructions: '[card-number]',
      },
    ],
    // The names of a prompt's variables are the caller's own.
    [
      '/v1/responses',
      { prompt: { id: digits, variables: { name: card, data: { type: 'input_text', text: card } } } },
      {
        prompt: {
          id: digits,
          variables: { name: '[card-number]', data: { type: 'input_text', text: '[card-number]' } },
        },
      },
    ],
    [
      '/v1/responses',
      { input: [{ role: 'user', content: [{ type: 'input_file', file_url: `https://a.b/${digits}` }] }] },
      { input: [{ role: 'user', content: [{ type: 'input_file', file_url: `https://a.b/${digits}` }] }] },
    ],
    [
      '/v1/chat/completions',
      { ...ask('a'), documents: [{ title: card, text: card }] },
      { ...ask('a'), documents: [{ title: '[card-number]', text: '[card-number]' }] },
    ],
  ])('is checked on %s too', async (path, asked, goesUp) => {
    const { gateway, upstream } = await start(
      [{ ...cards, on: ['request'] }],
      json({ choices: [{}], data: [], output: [], content: [] }),
    )
    expect((await post(gateway, path, { model: 'm', ...asked })).status).toBe(200)
    expect(JSON.parse(upstream.received[0]!.body)).toEqual({ model: 'm', ...goesUp })
  })

  test('holds for the models that it names, also behind a virtual model', async () => {
    const { gateway, upstream } = await start([{ ...cards, models: ['m'] }])
    for (const model of ['m', 'v', 'n']) await gateway.chat(ask(card, { model }))
    const contents = upstream.received.map(({ body }) => JSON.parse(body).messages[0].content)
    expect(contents).toEqual(['[card-number]', '[card-number]', card])
  })

  test('a regex of the config is masked with the name of its guardrail, in linear time', async () => {
    const ticket = { ...cards, name: 'ticket', match: { regex: '\\bTICKET-(?:\\d{1,4}){1,20}x', flags: 'i' } }
    const { gateway, upstream } = await start([ticket])
    await gateway.chat(ask(`see ticket-12x and TICKET-${'1'.repeat(100_000)}`))
    expect(JSON.parse(upstream.received[0]!.body).messages[0].content).toBe(
      `see [ticket] and TICKET-${'1'.repeat(100_000)}`,
    )
  })
})
