import { laneStatus, toTimeSlip } from '@drag-race/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type FakeGateway, startFakeGateway } from '../testing/fake-gateway.ts'
import { collect, events, fold, next, postRace, race, rest } from '../testing/race-client.ts'
import { startApp, type TestApp } from '../testing/start-app.ts'

let gateway: FakeGateway
let app: TestApp
/** Models named `held` write when the test says so. */
let held = Promise.withResolvers<void>()

const usage = { prompt_tokens: 12, completion_tokens: 3, total_tokens: 15 }
const report = {
  requestId: 'r-1',
  provider: 'fake',
  model: 'fake-1',
  attempts: [{ provider: 'fake', model: 'fake-1', outcome: 'ok', status: 200, waitMs: 0, durationMs: 5 }],
  ttftMs: 2,
  durationMs: 5,
  overheadMs: 0.3,
  costUsd: 0.25,
}

beforeAll(async () => {
  gateway = await startFakeGateway(
    {
      words: (call) => {
        if (!call.body.stream) {
          const message = { role: 'assistant', content: 'one two three', reasoning: 'hm' }
          const choices = [{ index: 0, message, finish_reason: 'stop' }]
          return call.json(200, { id: 'c-1', choices, usage, gateway: report })
        }
        call.chunk({ choices: [{ index: 0, delta: { role: 'assistant', content: '' } }] })
        for (const word of ['one', ' two', ' three']) call.answer(word)
        call.chunk({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })
        call.chunk({ choices: [], usage, gateway: report })
        call.write('data: [DONE]\n\n')
        call.response.end()
      },
      refunds: (call) => {
        call.answer('one')
        call.chunk({ choices: [], usage, gateway: { ...report, costUsd: -0.25 } })
        call.finish('stop')
      },
      held: async (call) => {
        call.answer('first')
        await Promise.race([held.promise, call.closed])
        call.answer(' last')
        call.finish('stop', usage)
      },
      thinker: (call) => {
        call.chunk({ choices: [{ index: 0, delta: { reasoning_content: 'let me see' } }] })
        call.answer('two words')
        call.finish()
      },
      zeros: (call) => {
        call.answer('two words')
        call.finish('stop', { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 })
      },
      'spaces-behind': (call) => {
        for (let word = 0; word < 60; word++) call.answer('word ')
        call.finish()
      },
      letters: (call) => {
        for (const letter of 'whole words count') call.answer(letter)
        call.finish()
      },
      tools: (call) => {
        const tool_calls = [{ index: 0, id: 't', function: { name: 'f', arguments: '{}' } }]
        call.chunk({ choices: [{ index: 0, delta: { tool_calls } }] })
        call.finish('tool_calls', usage)
      },
      'gpt-4o-mini': (call) => {
        call.answer('x')
        call.finish('stop', { prompt_tokens: 1_000_000, completion_tokens: 0, total_tokens: 1_000_000 })
      },
    },
    { entries: { words: { simulated: true, owned_by: 'simulator' }, 'gpt-4o-mini': { owned_by: 'openai' } } },
  )
  app = await startApp({ gatewayUrl: gateway.url, apiKey: 'secret-key' })
})
afterAll(async () => {
  held.resolve()
  await app?.close()
  await gateway?.close()
})

describe('a race', () => {
  test('is a tape from race-start to race-end, numbered without a gap', async () => {
    const request = { prompt: 'count', lanes: [{ model: 'words' }, { model: 'held' }] }
    held.resolve()
    const tape = await collect(await postRace(app.url, request))
    expect(tape.map(({ seq }) => seq)).toEqual(tape.map((_, index) => index))
    expect(tape[0]).toMatchObject({
      type: 'race-start',
      at: 0,
      request: { ...request, finish: 'done' },
      lanes: [
        { lane: 0, model: 'words', stream: true, provider: 'simulator', simulated: true },
        { lane: 1, model: 'held', stream: true, provider: 'fake', simulated: false },
      ],
    })
    expect(tape.at(-1)).toMatchObject({ type: 'race-end', reason: 'finished' })
    const ofLane = tape.filter((event) => 'lane' in event && event.lane === 0)
    expect(ofLane.map(({ type }) => type)).toEqual(['lane-start', 'ttft', 'token', 'token', 'token', 'done'])
    held = Promise.withResolvers()
  })

  test("has the provider's counts, the gateway's report and its price", async () => {
    const state = await race(app.url, { prompt: 'count', lanes: [{ model: 'words' }] })
    const [lane] = state.lanes
    expect(lane).toMatchObject({ answer: 'one two three', chunks: 3, tokens: 3 })
    expect(lane!.outcome!.event).toMatchObject({
      finishReason: 'stop',
      usage: { inputTokens: 12, outputTokens: 3, source: 'usage' },
      costUsd: 0.25,
      gateway: report,
      completionId: 'c-1',
    })
    const slip = toTimeSlip(lane!)
    expect(slip.firstTextMs).toBe(slip.ttftMs)
    expect(slip.totalMs).toBe(slip.elapsedMs)
    expect(gateway.calls.at(-1)!.headers).toMatchObject({
      'x-gateway-report': '1',
      'cache-control': 'no-store',
      authorization: 'Bearer secret-key',
    })
    expect(gateway.calls.at(-1)!.body).toMatchObject({
      stream: true,
      stream_options: { include_usage: true },
    })
  })

  test('measures its margin: positive, and not the same in every race', async () => {
    const margins = new Set<number | null>()
    while (margins.size < 2) {
      held = Promise.withResolvers()
      const tape = events(await postRace(app.url, { prompt: 'p', lanes: [{ model: 'held' }] }))
      await next(tape, ({ type }) => type === 'token')
      await new Promise((resolve) => setTimeout(resolve, 10))
      held.resolve()
      const end = (await rest(tape)).at(-1)
      if (end?.type !== 'race-end') throw new Error('no end')
      expect(end.marginMs).toBeGreaterThan(0)
      margins.add(end.marginMs)
    }
    held = Promise.withResolvers()
  })

  test('shows a lane that does not stream as one wall of text, without a TTFT', async () => {
    const state = await race(app.url, { prompt: 'count', lanes: [{ model: 'words', stream: false }] })
    expect(state.lanes[0]).toMatchObject({
      answer: 'one two three',
      reasoning: 'hm',
      ttftMs: null,
      outcome: { kind: 'done', event: { finishReason: 'stop', gateway: report } },
    })
  })

  test('does not believe a usage of zeros', async () => {
    const state = await race(app.url, { prompt: 'three words here', lanes: [{ model: 'zeros' }] })
    expect(state.lanes[0]!.outcome!.event).toMatchObject({
      usage: { inputTokens: 3, outputTokens: 2, source: 'tokenizer' },
      costUsd: null,
    })
  })

  test('without usage counts with a tokenizer and says so', async () => {
    const state = await race(app.url, { prompt: 'three words here', lanes: [{ model: 'thinker' }] })
    const outcome = state.lanes[0]!.outcome!
    expect(state.lanes[0]).toMatchObject({ reasoning: 'let me see', answer: 'two words', tokens: 5 })
    expect(outcome.event).toMatchObject({
      usage: { inputTokens: 3, outputTokens: 5, reasoningTokens: 3, source: 'tokenizer' },
      gateway: null,
    })
  })

  test('counts a text that is cut behind its spaces, or within its words, as the same text whole', async () => {
    const lanes = [{ model: 'spaces-behind' }, { model: 'letters' }]
    const tape = await collect(await postRace(app.url, { prompt: 'p', lanes }))
    const state = fold(tape)
    // Sixty words and the last space; three words.
    expect(state.lanes.map(({ tokens }) => tokens)).toEqual([61, 3])
    expect(state.lanes.map((lane) => toTimeSlip(lane).outputTokens)).toEqual([61, 3])
    // A chunk that only completes a word is an arrival, but no further token.
    expect(tape.filter((event) => event.type === 'token' && event.tokens === 0)).toHaveLength(14)
    expect(state.lanes.map(({ chunks }) => chunks)).toEqual([60, 17])
  })

  test('a tool call is a first token without text, crosses its line, and ends well', async () => {
    const finish = 'first-token'
    const state = await race(app.url, { prompt: 'p', lanes: [{ model: 'tools' }], finish })
    expect(state.end!.standings).toMatchObject([{ place: 1, value: state.lanes[0]!.ttftMs }])
    expect(state.lanes[0]).toMatchObject({
      answer: '',
      // `f{}`, by our tokenizer.
      tokens: 2,
      chunks: 1,
      ttftMs: expect.any(Number),
      outcome: { kind: 'done', event: { finishReason: 'tool_calls', usage: { outputTokens: 3 } } },
    })
  })

  test('without a report prices by the table, and knows no price for models that are not in it', async () => {
    const lanes = [{ model: 'gpt-4o-mini' }, { model: 'tools' }]
    const state = await race(app.url, { prompt: 'p', lanes })
    const costs = state.lanes.map(({ outcome }) => outcome?.kind === 'done' && outcome.event.costUsd)
    expect(costs).toEqual([0.15, null])
  })

  test('ignores a report with a price below zero, which is not valid on a tape', async () => {
    const state = await race(app.url, { prompt: 'p', lanes: [{ model: 'refunds' }] })
    const done = { kind: 'done', event: { costUsd: null, gateway: null } }
    expect(state.lanes[0]).toMatchObject({ outcome: done })
  })

  test('gives each lane its own messages and parameters', async () => {
    const metadata = { task: 'summary' }
    await race(app.url, {
      prompt: 'p',
      system: 'for all',
      lanes: [
        { model: 'words', params: { temperature: 0, topP: 0.5, maxTokens: 9, seed: 7, metadata } },
        { model: 'tools', system: 'for this one' },
      ],
    })
    const sent = gateway.calls.slice(-2).sort((a, b) => (a.body.model < b.body.model ? 1 : -1))
    expect(sent[0]!.body).toMatchObject({ temperature: 0, top_p: 0.5, max_tokens: 9, seed: 7, metadata })
    expect(sent[1]!.body).not.toHaveProperty('metadata')
    expect(sent.map(({ body }) => body.messages)).toEqual([
      [
        { role: 'system', content: 'for all' },
        { role: 'user', content: 'p' },
      ],
      [
        { role: 'system', content: 'for this one' },
        { role: 'user', content: 'p' },
      ],
    ])
  })

  test('lets sixteen lanes leave at one green light', async () => {
    const lanes = Array.from({ length: 16 }, () => ({ model: 'words' }))
    const tape = await collect(await postRace(app.url, { prompt: 'p', lanes }))
    const state = fold(tape)
    expect(state.lanes.map(laneStatus)).toEqual(lanes.map(() => 'done'))
    // All requests have left before the first byte of an answer is read.
    const starts = tape.flatMap((event, index) => (event.type === 'lane-start' ? [index] : []))
    expect(starts).toEqual(lanes.map((_, index) => index + 1))
  })
})
