import { laneStatus, type RaceEvent, raceVerdict, toTimeSlip } from '@drag-race/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type FakeGateway, startFakeGateway } from '../testing/fake-gateway.ts'
import {
  collect,
  detail,
  events,
  eventsOf,
  eventually,
  fold,
  next,
  postRace,
  race,
  rest,
  stop,
} from '../testing/race-client.ts'
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

  test("has the provider's counts, the gateway's account and its price", async () => {
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

  test('without usage counts with a tokenizer and says so', async () => {
    const state = await race(app.url, { prompt: 'three words here', lanes: [{ model: 'thinker' }] })
    const outcome = state.lanes[0]!.outcome!
    expect(state.lanes[0]).toMatchObject({ reasoning: 'let me see', answer: 'two words', tokens: 5 })
    expect(outcome.event).toMatchObject({
      usage: { inputTokens: 3, outputTokens: 5, reasoningTokens: 3, source: 'tokenizer' },
      gateway: null,
    })
  })

  test('a tool call is a first token without text, and ends well', async () => {
    const state = await race(app.url, { prompt: 'p', lanes: [{ model: 'tools' }] })
    expect(state.lanes[0]).toMatchObject({
      answer: '',
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

  test('gives each lane its own messages and parameters', async () => {
    await race(app.url, {
      prompt: 'p',
      system: 'for all',
      lanes: [
        { model: 'words', params: { temperature: 0, topP: 0.5, maxTokens: 9, seed: 7 } },
        { model: 'tools', system: 'for this one' },
      ],
    })
    const sent = gateway.calls.slice(-2).sort((a, b) => (a.body.model < b.body.model ? 1 : -1))
    expect(sent[0]!.body).toMatchObject({ temperature: 0, top_p: 0.5, max_tokens: 9, seed: 7 })
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

describe('a viewer', () => {
  test('that comes back after any event gets the rest of the very same tape, live and later', async () => {
    held = Promise.withResolvers()
    const live = events(
      await postRace(app.url, { prompt: 'p', lanes: [{ model: 'held' }, { model: 'words' }] }),
    )
    const start = (await live.next()).value as Extract<RaceEvent, { type: 'race-start' }>
    const follower = eventsOf(app.url, start.raceId, { headers: { 'last-event-id': '0' } }).then(collect)
    held.resolve()
    const tape = [start, ...(await rest(live))]
    expect(await follower).toEqual(tape.slice(1))
    await eventually(async () => expect((await detail(app.url, start.raceId)).status).toBe('finished'))
    for (let after = -1; after < tape.length; after++) {
      const response = await eventsOf(app.url, `${start.raceId}`, {
        headers: { 'last-event-id': String(after) },
      })
      expect(await collect(response)).toEqual(tape.slice(after + 1))
    }
    held = Promise.withResolvers()
  })

  test.each(['abc', '1.5', '-2', ''])(
    'that asks for what comes after %j is told what to ask',
    async (after) => {
      const { raceId } = await race(app.url, { prompt: 'p', lanes: [{ model: 'words' }] })
      const response = await fetch(`${app.url}/api/races/${raceId}/events?after=${after}`)
      expect(response.status).toBe(400)
      expect(await response.json()).toMatchObject({ error: { details: [{ path: 'after' }] } })
    },
  )

  test('that has seen more than the tape holds is sent back to its start', async () => {
    const { raceId, seq } = await race(app.url, { prompt: 'p', lanes: [{ model: 'words' }] })
    const response = await fetch(`${app.url}/api/races/${raceId}/events?after=${seq + 1}`)
    expect(response.status).toBe(409)
  })

  test('that leaves ends nothing: the race goes on', async () => {
    held = Promise.withResolvers()
    const leaving = new AbortController()
    const response = await postRace(
      app.url,
      { prompt: 'p', lanes: [{ model: 'held' }] },
      { signal: leaving.signal },
    )
    const start = await next(events(response), ({ type }) => type === 'race-start')
    leaving.abort()
    const raceId = start.type === 'race-start' ? start.raceId : ''
    const follower = eventsOf(app.url, raceId)
    held.resolve()
    const state = fold(await collect(await follower))
    expect(state.end?.reason).toBe('finished')
    expect(state.lanes[0]!.answer).toBe('first last')
    held = Promise.withResolvers()
  })

  test('of a race that nobody knows gets a 404', async () => {
    expect((await eventsOf(app.url, 'none')).status).toBe(404)
  })
})

describe('stop', () => {
  test('ends one lane, leaves the other, and the provider is told', async () => {
    held = Promise.withResolvers()
    const tape = events(
      await postRace(app.url, { prompt: 'p', lanes: [{ model: 'held' }, { model: 'held' }] }),
    )
    const start = (await tape.next()).value as Extract<RaceEvent, { type: 'race-start' }>
    await next(tape, (event) => event.type === 'token' && event.lane === 0)
    expect((await stop(app.url, start.raceId, { lane: 0 })).status).toBe(204)
    await next(tape, (event) => event.type === 'error' && event.lane === 0 && event.code === 'stopped')
    await Promise.race(gateway.calls.slice(-2).map(({ closed }) => closed))
    expect((await stop(app.url, start.raceId, { lane: 0 })).status).toBe(409)
    expect((await stop(app.url, start.raceId, { lane: 2 })).status).toBe(400)
    expect((await stop(app.url, start.raceId, { lane: 'x' })).status).toBe(400)
    expect((await stop(app.url, start.raceId, { line: 1 })).status).toBe(400)
    held.resolve()
    expect((await rest(tape)).at(-1)).toMatchObject({ type: 'race-end', reason: 'finished' })
    const state = fold(await collect(await eventsOf(app.url, start.raceId)))
    expect(state.lanes.map(laneStatus)).toEqual(['stopped', 'done'])
    expect(raceVerdict(state)).toMatchObject({ kind: 'no-contest' })
    held = Promise.withResolvers()
  })

  test('ends the race, which stands in the history as stopped with what had arrived', async () => {
    const tape = events(
      await postRace(app.url, { prompt: 'p', lanes: [{ model: 'held' }, { model: 'words' }] }),
    )
    const start = (await tape.next()).value as Extract<RaceEvent, { type: 'race-start' }>
    await next(tape, ({ type }) => type === 'done')
    expect((await stop(app.url, start.raceId)).status).toBe(204)
    expect((await rest(tape)).at(-1)).toMatchObject({ reason: 'stopped' })
    const kept = await eventually(async () => {
      const found = await detail(app.url, start.raceId)
      expect(found.status).toBe('stopped')
      return found
    })
    expect(kept.lanes.map(({ lane, outcome }) => [lane, outcome])).toEqual([
      [1, 'done'],
      [0, 'stopped'],
    ])
    expect((await stop(app.url, start.raceId)).status).toBe(409)
  })

  test('of a race that nobody knows is a 404', async () => {
    expect((await stop(app.url, 'none')).status).toBe(404)
  })
})
