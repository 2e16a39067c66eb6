/** Guardrails on answers that stream, in a whole gateway, cut in every way: what reaches the caller. */
import { describe, expect, test } from 'vitest'
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
  usageChunk,
} from '../testing/chunks.ts'
import { ask, card, cards, mails, post, readTexts, startGuarded, type Told } from '../testing/guarded.ts'
import { useOpened } from '../testing/opened.ts'
import { type Answering, stream } from '../testing/upstream.ts'

const opened = useOpened()

async function start(guardrails: object[], answer?: Answering) {
  const guarded = await startGuarded(guardrails, answer)
  opened.push(guarded)
  return guarded
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
      // The finish reason comes once, in the last chunk of the choice.
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

test.each([
  ['/v1/chat/completions', '0 answer', { messages: [{ role: 'user', content: 'hi' }] }],
  ['/v1/completions', '0 text', { prompt: 'hi' }],
])(
  'the text that comes with the end of its choice in one event is whole and before it: %s',
  async (path, key, asked) => {
    const said = (text: string) => (key === '0 text' ? { text } : { delta: { content: text } })
    const last = { ...head, choices: [{ index: 0, ...said('now, to a@b.com'), finish_reason: 'stop' }] }
    const { gateway } = await start([mails], stream([event({ ...last, usage: { total_tokens: 9 } }), done]))
    const bytes = await (await post(gateway, path, { model: 'm', stream: true, ...asked })).text()
    expect(readTexts(bytes)).toEqual({ [key]: 'now, to [email]' })
    const ends = (events(bytes) as Told[]).flatMap(({ choices = [] }) =>
      choices.map((each) => each.finish_reason),
    )
    expect(ends.map((end) => end ?? null)).toEqual([null, null, 'stop'])
  },
)

test('a rejected stream of /v1/completions is paid like one of chat', async () => {
  const text = event({ ...head, choices: [{ index: 0, text: `${card} and more`, finish_reason: 'stop' }] })
  const { gateway } = await start([{ ...cards, action: 'reject' }], stream([text, done]))
  const response = await post(gateway, '/v1/completions', { model: 'm', prompt: 'hi', stream: true })
  await response.text()
  const { outcome, inputTokens, outputTokens } = gateway.logs.at(-1)!
  expect(outcome).toBe('guardrail_rejected')
  expect(inputTokens).toBeGreaterThan(0)
  expect(outputTokens).toBeGreaterThan(0)
})

test.each([
  ['an id each', [{ id: 'c1' }, { id: 'c2' }]],
  ['nothing but their places', [{}, {}]],
])('calls of tools without an index stay two, with %s', async (_what, [one, two]) => {
  const call = (more: object, args: string) => ({
    ...more,
    type: 'function',
    function: { name: 'f', arguments: args },
  })
  const calls = [call(one!, '{"a":1}'), call(two!, `{"b":"${card}"}`)]
  const { gateway } = await start([cards], stream([role, delta({ tool_calls: calls }), finish, done]))
  const bytes = await (await gateway.chat(ask('hi', { stream: true }))).text()
  const said = (events(bytes) as Told[])
    .flatMap(({ choices }) => choices ?? [])
    .flatMap(({ delta: { tool_calls = [] } = {} }) => tool_calls)
    .filter((each) => each.function?.arguments)
  expect(said).toMatchObject([
    { ...one, function: { arguments: '{"a":1}' } },
    { ...two, function: { arguments: '{"b":"[card-number]"}' } },
  ])
})

const named = (index: number) => ({ id: `call_${index}`, type: 'function' })
test.each([
  [
    'in pieces',
    [
      tool(0, '', named(0)),
      tool(0, '{"to":"}\\'),
      tool(0, '"a@b.com","in":{}'),
      tool(0, '}'),
      tool(1, '{"n":1}', named(1)),
    ],
  ],
  [
    'in one chunk',
    [
      delta({
        tool_calls: ['{"to":"}\\"a@b.com","in":{}}', '{"n":1}'].map((text, index) => ({
          index,
          ...named(index),
          function: { arguments: text },
        })),
      }),
    ],
  ],
])(
  'the arguments of a call are sent before the next call begins, as clients expect: %s',
  async (_what, calls) => {
    const { gateway } = await start([mails], stream([role, ...calls, finish, done]))
    const bytes = await (await gateway.chat(ask('hi', { stream: true }))).text()
    const told: { index: number; text: string }[] = []
    for (const { choices } of events(bytes) as Told[]) {
      for (const call of choices?.[0]?.delta?.tool_calls ?? []) {
        if (told.at(-1)?.index !== call.index) told.push({ index: call.index, text: '' })
        told.at(-1)!.text += call.function?.arguments ?? ''
      }
    }
    expect(told).toEqual([
      { index: 0, text: '{"to":"}\\"[email]","in":{}}' },
      { index: 1, text: '{"n":1}' },
    ])
  },
)

test('one choice that is rejected when another has finished is no success', async () => {
  const bytes =
    choice(0, { content: 'fine' }, 'stop') + choice(1, { content: `${card} ` }) + choice(1, {}, 'stop') + done
  const { gateway } = await start([{ ...cards, action: 'reject' }], stream([bytes]))
  const passed = await (await gateway.chat(ask('hi', { stream: true, n: 2 }))).text()
  expect(readTexts(passed)).toEqual({ '0 answer': 'fine', '1 answer': '' })
  expect(passed).not.toContain('[DONE]')
  expect((events(passed).at(-1) as Told).error).toMatchObject({ code: 'guardrail_rejected' })
})

test('texts that come at once are masked each for itself', async () => {
  const cite = (title: string) => ({ type: 'url_citation', url_citation: { url: 'https://a.b', title } })
  const annotations = (...titles: string[]) => delta({ annotations: titles.map(cite) })
  const { gateway } = await start(
    [cards, mails],
    stream([role, token('a '), annotations('One 4111', 'by a@b.com'), annotations('1111'), finish, done]),
  )
  const bytes = await (await gateway.chat(ask('hi', { stream: true }))).text()
  expect(bytes).toContain(annotations('One 4111', 'by [email]') + annotations('1111') + finish)
})

test.each([
  ['a [DONE] before its choice is finished', [role, token('now, to a@b.com'), done]],
  [
    'an end without the blank line of the last event',
    [role, token('now, '), choice(0, { content: 'to a@b.com' }, 'stop').trimEnd()],
  ],
])('what is held back is sent at %s', async (_what, parts) => {
  const { gateway } = await start([mails], stream(parts))
  const bytes = await (await gateway.chat(ask('hi', { stream: true }))).text()
  expect(readTexts(bytes)).toEqual({ '0 answer': 'now, to [email]' })
  expect(bytes).toMatch(/\[DONE\]\n\n$/)
})

test('an event in which nothing is masked passes as its bytes, and one that is masked keeps its name', async () => {
  const plain = 'event: piece\ndata:  {"choices": [ {"index": 0, "delta": {"content": "now, "}} ]}\n\n'
  const mail = `event: piece\n${token('to a@b.com,')}`
  const { gateway } = await start([mails], stream([role, plain, mail, finish, done]))
  const bytes = await (await gateway.chat(ask('hi', { stream: true }))).text()
  expect(bytes).toContain(plain)
  expect(bytes).toMatch(/event: piece\ndata: .*to \[email\],/)
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
  expect((events(bytes).at(-1) as Told).error).toMatchObject({ code: 'malformed_stream' })
})

test('an event that is not a chunk is masked too, and members that repeat a text are left out', async () => {
  const notes = [event({ note: card }), event([card]), event({ choices: card }), event({ choices: [card] })]
  const repeated = [{ message: { content: card } }, { logprobs: { content: [{ token: card }] } }].map(
    (more) => event({ ...head, choices: [{ index: 0, delta: { content: 'a' }, ...more }] }),
  )
  const { gateway } = await start([cards], stream([role, ...notes, ...repeated, finish, done]))
  const bytes = await (await gateway.chat(ask('hi', { stream: true }))).text()
  expect(bytes).not.toContain('1111')
  expect(bytes).toContain(event({ note: '[card-number]' }))
  expect(readTexts(bytes)).toEqual({ '0 answer': 'aa' })
  expect(bytes).toMatch(/\[DONE\]\n\n$/)
})

test('a keep-alive event is passed on as a comment', async () => {
  const pings = `data:\n\nevent: ping\ndata: ${card}\n\n`
  const { gateway } = await start([cards], stream([role, token('a'), pings, finish, done]))
  const bytes = await (await gateway.chat(ask('hi', { stream: true }))).text()
  expect(bytes).not.toContain('1111')
  expect(bytes).toMatch(/: keep-alive\n\n[\s\S]+\[DONE\]\n\n$/)
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

test.each([
  ['an event that is not JSON', 'malformed_stream', 'data: {"choices":[{"index":1,\n\n'],
  [
    'arguments beyond the bound',
    'bad_response',
    choice(1, { tool_calls: [{ index: 0, function: { arguments: 'a'.repeat(4_200_000) } }] }),
  ],
])('%s in a choice is an error, though another one has finished', async (_, code, bad) => {
  const begun = [
    choice(0, { content: 'all of it' }),
    choice(1, { content: 'half of ' }),
    choice(0, {}, 'stop'),
  ]
  const { gateway } = await start([cards], stream([...begun, bad, choice(1, {}, 'stop'), done]))
  const bytes = await (await gateway.chat(ask('hi', { stream: true, n: 2 }))).text()
  expect(readTexts(bytes)['0 answer']).toBe('all of it')
  expect(bytes).toContain(`"code":"${code}"`)
  expect(bytes).not.toContain('[DONE]')
  expect(gateway.logs.at(-1)).toMatchObject({ outcome: code })
})
