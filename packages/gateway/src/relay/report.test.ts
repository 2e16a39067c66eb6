import { GatewayReport } from '@drag-race/contracts'
import { describe, expect, test } from 'vitest'
import {
  type Cut,
  cuts,
  cutUp,
  done,
  event,
  events,
  finish,
  head,
  token,
  usage,
  usageChunk,
} from '../testing/chunks.ts'
import { type ErrorBody, messages } from '../testing/gateway.ts'
import { findReport, reporting } from '../testing/reports.ts'
import { json, stream } from '../testing/upstream.ts'
import { useAnswering } from '../testing/use-answering.ts'

const at = useAnswering()

/** The provider sends `sent`; resolves with what a caller reads that asked for the report. */
async function relay(sent: string, cut: Cut = 'whole'): Promise<string> {
  at.answering = stream(cutUp(sent, cut))
  const response = await at.gateway.chat({ model: 'm', messages, stream: true }, reporting)
  return response.text()
}

describe('the report', () => {
  test.each(cuts)('is added to the usage chunk, of which nothing else changes, cut in %s', async (cut) => {
    const text = await relay(token('a') + finish + usageChunk + done, cut)
    const report = findReport(text)
    expect(text).toBe(
      token('a') + finish + usageChunk.replace('{', `{"gateway":${JSON.stringify(report)},`) + done,
    )
    expect(report).toMatchObject({ provider: 'custom', model: 'up-1', costUsd: null })
    expect(report.attempts).toMatchObject([{ provider: 'custom', model: 'm', outcome: 'ok', status: 200 }])
    expect(report.ttftMs).toBeGreaterThan(0)
    expect(report.durationMs).toBeGreaterThanOrEqual(report.ttftMs!)
    expect(report.overheadMs).toBeLessThanOrEqual(report.durationMs)
  })

  test.each([
    ['[DONE]', done],
    ['its finish', ''],
  ])('tells the same duration as the log of an answer that ends with %s', async (_what, end) => {
    const { durationMs } = findReport(await relay(token('a') + finish + end))
    expect(at.gateway.logs.at(-1)).toMatchObject({ durationMs })
  })

  test('comes in a chunk of its own where the provider sent no usage chunk', async () => {
    const ending = { choices: [{ delta: {}, finish_reason: 'stop' }] }
    const detailed = { ...usage, prompt_tokens_details: null, note: 'counted' }
    for (const [sent, said] of [
      [token('a') + event({ ...head, ...ending, usage }), usage],
      [token('a') + event({ ...ending, x_groq: { usage: detailed } }), detailed],
      [token('a') + event(ending) + done, null],
    ] as const) {
      const all = events(await relay(sent))
      expect(all.at(-1)).toBe('[DONE]')
      expect(all.at(-2)).toMatchObject({ ...head, choices: [], usage: said, gateway: { provider: 'custom' } })
      expect(all).toHaveLength(4)
    }
  })

  test('is in a chunk that repeats neither a usage of any size nor a time that is no number', async () => {
    const own = { ...usage, details: { words: 'x'.repeat(20_000) } }
    const many = {
      ...usage,
      ...Object.fromEntries(Array.from({ length: 2_000 }, (_, n) => [`count_${n}`, n])),
    }
    const deep = { ...usage, details: JSON.parse('['.repeat(1_000) + ']'.repeat(1_000)) }
    for (const large of [own, many, deep]) {
      const odd = { ...head, created: { at: 'x'.repeat(20_000) }, usage: large }
      const all = events(
        await relay(event({ ...odd, choices: [{ delta: { content: 'a' } }] }) + finish + done),
      )
      expect(all.at(-2)).toMatchObject({ created: head.created, usage: null, gateway: {} })
      expect((all.at(-2) as { gateway: GatewayReport }).gateway.attempts[0]!.usage).toMatchObject({
        inputTokens: 7,
        outputTokens: 3,
      })
    }
  })

  test('is in the last of several usage chunks', async () => {
    const text = await relay(token('a') + usageChunk + token('b') + usageChunk + finish + done)
    expect(text.match(/"gateway"/g)).toHaveLength(1)
    expect(events(text).at(-2)).toMatchObject({ choices: [], usage, gateway: {} })
  })

  test('is waited for with the usage chunk alone: comments are passed on at once', async () => {
    const text = await relay(`${token('a')}${finish}${usageChunk}: ping\n\n${done}`)
    expect(text).toMatch(/: ping\n\ndata: .*"gateway".*\n\ndata: \[DONE\]\n\n$/)
  })

  test('stands in the error event of a cut stream', async () => {
    const text = await relay(token('a'))
    expect(events(text).at(-1)).toMatchObject({
      error: { code: 'stream_cut' },
      gateway: { attempts: [{ outcome: 'stream_cut' }] },
    })
    // Its answer never ended: until now.
    const { durationMs, ttftMs } = findReport(text)
    expect(durationMs).toBeGreaterThanOrEqual(ttftMs!)
  })

  test('stands in the refusal of a call that was sent nowhere', async () => {
    const response = await at.gateway.chat({ model: 'nobody', messages }, reporting)
    const { gateway: report } = (await response.json()) as ErrorBody
    expect(GatewayReport.parse(report)).toMatchObject({
      provider: '',
      model: '',
      attempts: [],
      costUsd: null,
    })
  })

  test('stands in the body of an error that came before the answer', async () => {
    const own = '{ "error":{"message":"No such model","code":"not_found"},"trace":13950026667594240001 }'
    at.answering = json(own, 404)
    const refused = await (await at.gateway.chat({ model: 'm', messages }, reporting)).text()
    const { gateway: report } = JSON.parse(refused) as ErrorBody
    expect(GatewayReport.parse(report).attempts).toMatchObject([{ outcome: 'http_404', status: 404 }])
    expect(refused).toBe(own.replace('{', `{"gateway":${JSON.stringify(report)},`))

    at.answering = json('')
    for (const stream of [true, false]) {
      const response = await at.gateway.chat({ model: 'm', messages, stream }, reporting)
      const body = (await response.json()) as ErrorBody
      expect(body.error.code).toBe('empty_response')
      expect(body.gateway).toMatchObject({
        requestId: response.headers.get('x-gateway-request-id'),
        attempts: [{ target: 'm', outcome: 'empty_response' }],
      })
    }
    const unasked = await (await at.gateway.chat({ model: 'm', messages })).json()
    expect(unasked).not.toHaveProperty('gateway')
  })

  describe.each([
    ['beside the choices', '{"error":{"message":"no"},"seed":13950026667594240001}'],
    ['in a choice', '{ "choices":[{"delta":{},"error":{"message":"no"}}]}'],
    ['by its finish', '{"choices":[{"delta":{},"finish_reason":"error"}]}'],
    ['in two lines of data', '{\ndata: "error":{"message":"no"}}'],
  ])('of an error that the provider wrote into its stream %s', (_where, data) => {
    test.each(cuts)('is added to it, of which nothing else changes, cut in %s', async (cut) => {
      const sent = (error: string) => `${token('a')}${usageChunk}data: ${error}\n\n${token('b')}`
      const text = await relay(sent(data) + done, cut)
      const report = findReport(text)
      expect(text).toBe(sent(data.replace('{', `{"gateway":${JSON.stringify(report)},`)))
      expect(report.attempts).toMatchObject([{ outcome: 'stream_error', status: 200 }])
      expect(at.gateway.logs.at(-1)).toMatchObject({ outcome: 'stream_error' })
    })
  })

  test('is in the error event before any token too, and names no usage', async () => {
    const text = await relay(event({ error: { message: 'Wrong request', code: 400 } }))
    const [error] = events(text)
    expect(error).toMatchObject({ gateway: { attempts: [{ outcome: 'stream_error', usage: null }] } })
  })

  test.each(['data: It broke.\n\n', 'data: "It broke."\n\n', 'data: {}\n\n'])(
    'has no place in an error that is no object, which passes as it came: %j',
    async (data) => {
      const sent = `${token('a')}event: error\n${data}`
      expect(await relay(sent + done)).toBe(sent)
    },
  )

  test('of a JSON body with an error beside its choices says that it failed', async () => {
    at.answering = json({ choices: [{ message: { content: 'a' } }], error: { message: 'The engine broke.' } })
    const response = await at.gateway.chat({ model: 'm', messages }, reporting)
    expect(await response.json()).toMatchObject({ gateway: { attempts: [{ outcome: 'stream_error' }] } })
  })

  test('is added to a JSON body, of which nothing else changes', async () => {
    const body = '{ "id":"c-1","seed":13950026667594240001,"choices":[{"message":{"content":"a"}}] }'
    at.answering = json(body)
    const response = await at.gateway.chat({ model: 'm', messages }, reporting)
    const text = await response.text()
    const { gateway: report } = JSON.parse(text) as { gateway: GatewayReport }
    expect(GatewayReport.safeParse(report).success).toBe(true)
    expect(report.ttftMs).toBeNull()
    expect(at.gateway.logs.at(-1)).toMatchObject({ durationMs: report.durationMs })
    expect(text).toBe(body.replace('{', `{"gateway":${JSON.stringify(report)},`))
  })
})

describe('a report that the provider wrote itself', () => {
  const forged = { requestId: 'req_FORGED', provider: 'openai', costUsd: 0 }
  const member = `"gateway":${JSON.stringify(forged)}`

  test.each([
    ['as it is', member],
    ['in other letters', member.replace('gateway', '\\u0067ateway')],
  ])('is in no usage chunk: %s', async (_how, own) => {
    const text = await relay(token('a') + finish + usageChunk.replace('}\n', `,${own}}\n`) + done)
    expect(text).not.toContain('FORGED')
    expect(findReport(text)).toMatchObject({ provider: 'custom', model: 'up-1' })
    expect(events(text).at(-2)).toMatchObject({ ...head, choices: [], usage })
  })

  test('is in no error event, which keeps its name', async () => {
    const text = await relay(`${token('a')}event: error\ndata: {"error":{"message":"no"},${member}}\n\n`)
    expect(text).not.toContain('FORGED')
    expect(text).toMatch(/\nevent: error\ndata: \{"error":\{"message":"no"\},"gateway":/)
  })

  test('is in no refusal', async () => {
    at.answering = json(`{"error":{"message":"no"},${member}}`, 400)
    const text = await (await at.gateway.chat({ model: 'm', messages }, reporting)).text()
    expect(text).not.toContain('FORGED')
    expect(JSON.parse(text)).toMatchObject({ error: { message: 'no' }, gateway: { provider: 'custom' } })
  })

  test('is in no JSON body', async () => {
    const seed = '13950026667594240001'
    at.answering = json(`{"seed":${seed},"choices":[{"message":{"content":"a"}}],${member}}`)
    const text = await (await at.gateway.chat({ model: 'm', messages }, reporting)).text()
    expect(text).not.toContain('FORGED')
    expect(text).toContain(`"seed":${seed}`)
    expect(JSON.parse(text)).toMatchObject({ gateway: { provider: 'custom' } })
  })
})

test.each([': {keep}\n', 'event: {x\n'])('a brace before the data takes no report: %j', async (line) => {
  const text = await relay(token('a') + finish + line + usageChunk + done)
  const report = findReport(text)
  expect(text).toContain(line + usageChunk.replace('{', `{"gateway":${JSON.stringify(report)},`))
})
