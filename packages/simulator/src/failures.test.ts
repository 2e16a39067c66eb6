import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { collect, startSimulator } from './testing/start-simulator.ts'
import { splitTokens } from './tokens.ts'

let simulator: Awaited<ReturnType<typeof startSimulator>>
beforeEach(async () => {
  simulator = await startSimulator()
})
afterEach(async () => {
  expect(simulator.faults).toEqual([])
  await simulator.close()
})

const quick = 'ttft=4&tps=20000'

/** Resolves when the simulator has closed the ledger of a call. */
const ended = (id: string) => expect.poll(async () => (await simulator.ledger(id))?.endedAtNs ?? null)

describe('fails on request:', () => {
  test.each([
    ['fail-429', 429, 'rate_limit_exceeded'],
    ['fail-401', 401, 'invalid_api_key'],
    ['fail-500', 500, 'server_error'],
    ['steady?fail=503', 503, 'server_error'],
    ['steady?fail=418', 418, 'invalid_request'],
  ])('%s answers %i in OpenAI’s form, streaming or not', async (model, status, code) => {
    for (const stream of [true, false]) {
      const { body, ...response } = await simulator.askWhole({ model, with: { stream } })
      expect(response.status).toBe(status)
      expect(body).toEqual({
        error: { message: expect.any(String), type: expect.any(String), param: null, code },
      })
    }
  })

  test('fail-429 says when to come back, in seconds and in milliseconds', async () => {
    const { headers } = await simulator.askWhole({ model: 'fail-429' })
    expect(headers.get('retry-after')).toBe('2')
    expect(headers.get('retry-after-ms')).toBe('2000')
  })

  test('cut destroys the socket after 20 tokens', async () => {
    const { response, events } = await simulator.stream({ model: `cut?${quick}` })
    const { answer, broke, finishReasons, data } = await collect(events)
    expect(broke).toBe(true)
    expect(splitTokens(answer)).toHaveLength(20)
    expect(finishReasons).toEqual([])
    expect(data).not.toContain('[DONE]')
    await ended(response.headers.get('x-request-id')!).not.toBeNull()
  })

  test('cut, not streamed, breaks before any byte', async () => {
    await expect(simulator.ask({ model: `cut?${quick}` })).rejects.toThrow()
  })

  test('malformed sends one event of broken JSON, and the rest is whole', async () => {
    const { events } = await simulator.stream({ model: `malformed?${quick}` })
    const { data, answer, finishReasons } = await collect(events)
    const broken = data.filter((one) => one !== '[DONE]' && !isJson(one))
    expect(broken).toHaveLength(1)
    expect(data.indexOf(broken[0]!)).toBe(21)
    expect(finishReasons).toEqual(['stop'])
    expect(data.at(-1)).toBe('[DONE]')
    const { facts } = await simulator.askWhole({ model: `steady?${quick}` })
    expect(answer).toBe(facts.answer)
  })

  test('malformed, not streamed, is half a body', async () => {
    const response = await simulator.ask({ model: `malformed?${quick}` })
    expect(response.status).toBe(200)
    expect(isJson(await response.text())).toBe(false)
  })

  test('stall stops after 20 tokens and keeps the socket open until the caller leaves', async () => {
    const leaving = new AbortController()
    const { events } = await simulator.stream({ model: `stall?${quick}`, signal: leaving.signal })
    let text = ''
    for (let chunk = 0; chunk < 21; chunk++)
      text += JSON.parse((await events.next()).value).choices[0].delta.content
    expect(splitTokens(text)).toHaveLength(20)
    const more = settled(events.next())
    // Another answer, of 300 tokens, begins and ends meanwhile.
    await simulator.askWhole({ model: `steady?${quick}&tokens=300` })
    expect(more.is).toBe('pending')
    expect((await simulator.ledger('sim-1'))?.endedAtNs).toBeNull()
    leaving.abort()
    await ended('sim-1').not.toBeNull()
  })

  test('after a stall with an end the answer goes on where it was', async () => {
    const { events } = await simulator.stream({ model: `steady?${quick}&stallAfter=20&stallMs=30` })
    const { answer, finishReasons } = await collect(events)
    expect(finishReasons).toEqual(['stop'])
    const chunks = (await simulator.ledger('sim-1'))!.chunks
    const gapNs = BigInt(chunks[20]!.dueAtNs) - BigInt(chunks[19]!.dueAtNs)
    expect(gapNs).toBe(30_050_000n)
    const { facts } = await simulator.askWhole({ model: `steady?${quick}` })
    expect(answer).toBe(facts.answer)
  })

  test.each([true, false])('silent never answers, not even with headers (stream: %s)', async (stream) => {
    const leaving = new AbortController()
    const answer = settled(simulator.ask({ model: 'silent', with: { stream }, signal: leaving.signal }))
    await expect.poll(async () => (await simulator.ledger('sim-1'))?.model).toBe('silent')
    await simulator.askWhole({ model: `steady?${quick}&tokens=300` })
    expect(answer.is).toBe('pending')
    leaving.abort()
    await ended('sim-1').not.toBeNull()
    expect((await simulator.ledger('sim-1'))?.chunks).toEqual([])
  })
})

test('a caller that leaves ends the schedule at once', async () => {
  const leaving = new AbortController()
  const { events } = await simulator.stream({
    model: 'steady?ttft=1&tps=200&tokens=100000',
    signal: leaving.signal,
  })
  for (let chunk = 0; chunk < 4; chunk++) await events.next()
  leaving.abort()
  await ended('sim-1').not.toBeNull()
  const { chunks, endedAtNs } = (await simulator.ledger('sim-1'))!
  expect(chunks.length).toBeLessThan(1000)
  expect(BigInt(endedAtNs!)).toBeGreaterThanOrEqual(BigInt(chunks.at(-1)!.writtenAtNs))
})

test('over its rate a model answers 429 and says when to come back', async () => {
  const model = `steady?${quick}&tokens=1&rpm=2`
  const first = await simulator.askWhole({ model })
  expect(first.headers.get('x-ratelimit-remaining-requests')).toBe('1')
  await simulator.askWhole({ model })
  const third = await simulator.askWhole({ model })
  expect(third.status).toBe(429)
  const retryAfterS = Number(third.headers.get('retry-after'))
  expect(retryAfterS).toBeGreaterThan(0)
  expect(retryAfterS).toBeLessThanOrEqual(60)
})

test('a flaky model, asked again and again, shows each of its fates', async () => {
  const seen = new Set<string>()
  const asking = Array.from({ length: 40 }, async (_, seed) => {
    const response = await simulator.ask({
      model: `flaky?tps=20000&ttft=1&seed=${seed}`,
      with: { stream: true },
    })
    if (response.status !== 200) {
      await response.text()
      return seen.add(String(response.status))
    }
    const text = await response.text().catch(() => 'cut')
    return seen.add(text.includes('[DONE]') ? 'whole' : 'cut')
  })
  await Promise.all(asking)
  expect([...seen].sort()).toEqual(['429', '500', 'cut', 'whole'])
}, 15_000)

/** Checks whether a promise is settled, without waiting for it. */
function settled(promise: Promise<unknown>) {
  const state = { is: 'pending' }
  promise.then(
    () => {
      state.is = 'resolved'
    },
    () => {
      state.is = 'rejected'
    },
  )
  return state
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
