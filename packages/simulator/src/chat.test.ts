import { SimulatorLedger } from '@drag-race/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { collect, startSimulator } from './testing/start-simulator.ts'
import { splitTokens } from './tokens.ts'

let simulator: Awaited<ReturnType<typeof startSimulator>>
beforeAll(async () => {
  simulator = await startSimulator()
})
afterAll(async () => {
  expect(simulator.faults).toEqual([])
  await simulator.close()
})

const quick = 'ttft=4&tps=20000'
const withUsage = { stream_options: { include_usage: true } }

async function run(model: string, more: object = {}) {
  const { response, events } = await simulator.stream({ model, with: more })
  return { response, ...(await collect(events)) }
}

describe('a stream', () => {
  test('opens with the role, carries text, ends with the reason and [DONE]', async () => {
    const { response, data, facts, textChunks } = await run(`steady?${quick}&tokens=30`)
    expect(response.headers.get('content-type')).toContain('text/event-stream')
    const first = JSON.parse(data[0]!)
    expect(first.object).toBe('chat.completion.chunk')
    expect(first.choices).toEqual([
      {
        index: 0,
        delta: { role: 'assistant', content: '', refusal: null },
        logprobs: null,
        finish_reason: null,
      },
    ])
    expect(textChunks).toHaveLength(30)
    expect(JSON.parse(data.at(-2)!).choices[0]).toMatchObject({ delta: {}, finish_reason: 'stop' })
    expect(data.at(-1)).toBe('[DONE]')
    expect(data).toHaveLength(33)
    expect(new Set(facts.map((one) => one.id)).size).toBe(1)
    expect(new Set(facts.map((one) => one.model))).toEqual(new Set([`steady?${quick}&tokens=30`]))
  })

  test('says its usage in an extra chunk if asked, and nowhere if not', async () => {
    const asked = await run(`steady?${quick}&tokens=30`, withUsage)
    expect(JSON.parse(asked.data.at(-2)!)).toMatchObject({
      choices: [],
      usage: { completion_tokens: 30, total_tokens: 42, prompt_tokens: 12 },
    })
    expect(asked.data.slice(0, -2).every((one) => JSON.parse(one).usage === null)).toBe(true)
    const unasked = await run(`steady?${quick}&tokens=30`)
    expect(unasked.data.some((one) => one.includes('usage'))).toBe(false)
  })

  test.each([
    `fast-small?${quick}`,
    `slow-large?${quick}`,
    `chatty?${quick}`,
    `diffusion?${quick}`,
    `reasoning?${quick}`,
    `steady?${quick}&tokens=77&coalesce=5&reasoning=13`,
  ])('of %s counts the tokens that it wrote, in usage and in the ledger', async (model) => {
    const { answer, reasoning, usage, textChunks, facts } = await run(model, withUsage)
    const written = splitTokens(answer).length + splitTokens(reasoning).length
    expect(usage).toMatchObject({
      outputTokens: written,
      reasoningTokens: splitTokens(reasoning).length,
      source: 'usage',
    })
    const ledger = SimulatorLedger.parse(await simulator.ledger(facts[0]!.id!))
    expect(ledger.chunks.map(({ tokens }) => tokens)).toEqual(
      textChunks.map((one) => splitTokens(one.answer + one.reasoning).length),
    )
  })

  test('of a reasoning model thinks first, then answers', async () => {
    const { facts, reasoning, answer } = await run(`reasoning?${quick}`)
    const lastThought = facts.findLastIndex((one) => one.reasoning !== '')
    expect(lastThought).toBeLessThan(facts.findIndex((one) => one.answer !== ''))
    expect(splitTokens(reasoning).length).toBeGreaterThan(250)
    expect(answer).toMatch(/^You pick a door\./)
  })

  test('is written when due or after it, never before', async () => {
    const { facts } = await run('steady?ttft=20&tps=500&tokens=60')
    const ledger = SimulatorLedger.parse(await simulator.ledger(facts[0]!.id!))
    const accepted = BigInt(ledger.acceptedAtNs)
    ledger.chunks.forEach((chunk, index) => {
      expect(BigInt(chunk.dueAtNs) - accepted).toBe(20_000_000n + BigInt(index) * 2_000_000n)
      expect(BigInt(chunk.writtenAtNs)).toBeGreaterThanOrEqual(BigInt(chunk.dueAtNs))
    })
    expect(BigInt(ledger.endedAtNs!)).toBeGreaterThanOrEqual(accepted + 20_000_000n + 60n * 2_000_000n)
    expect(ledger).toMatchObject({ model: 'steady?ttft=20&tps=500&tokens=60', stream: true })
  })

  test('is the same again for the same seed, chunk by chunk and deadline by deadline', async () => {
    const model = 'chatty?ttft=5&tps=4000&tokens=120&seed=7'
    const runs = await Promise.all([run(model), run(model)])
    const offsets = await Promise.all(
      runs.map(async ({ facts }) => {
        const { acceptedAtNs, chunks } = SimulatorLedger.parse(await simulator.ledger(facts[0]!.id!))
        return chunks.map((chunk) => [chunk.tokens, BigInt(chunk.dueAtNs) - BigInt(acceptedAtNs)])
      }),
    )
    expect(offsets[0]).toEqual(offsets[1])
    expect(runs[0]!.textChunks.map((one) => one.answer)).toEqual(runs[1]!.textChunks.map((one) => one.answer))
    const other = await run(model.replace('seed=7', 'seed=8'))
    expect(other.textChunks.map((one) => one.answer)).not.toEqual(
      runs[0]!.textChunks.map((one) => one.answer),
    )
  })

  test('sixteen at once all keep their deadlines', async () => {
    const runs = await Promise.all(
      Array.from({ length: 16 }, (_, lane) => run(`steady?ttft=${10 + lane}&tps=500&tokens=50`)),
    )
    for (const { facts, textChunks } of runs) {
      const ledger = SimulatorLedger.parse(await simulator.ledger(facts[0]!.id!))
      expect(textChunks).toHaveLength(50)
      for (const chunk of ledger.chunks) {
        expect(BigInt(chunk.writtenAtNs)).toBeGreaterThanOrEqual(BigInt(chunk.dueAtNs))
      }
    }
  })
})

describe('an answer that is not streamed', () => {
  test('is the text of the stream, whole, with the same usage', async () => {
    const model = `reasoning?${quick}&seed=3`
    const streamed = await run(model, withUsage)
    const { body, facts, status } = await simulator.askWhole({ model })
    expect(status).toBe(200)
    expect(facts).toMatchObject({
      answer: streamed.answer,
      reasoning: streamed.reasoning,
      finishReason: 'stop',
      usage: streamed.usage,
      model,
    })
    expect(body).toMatchObject({
      object: 'chat.completion',
      choices: [{ index: 0, message: { role: 'assistant' }, finish_reason: 'stop' }],
    })
  })

  test('comes when the stream would have ended, not before', async () => {
    const { facts } = await simulator.askWhole({ model: 'steady?ttft=10&tps=1000&tokens=40' })
    const ledger = SimulatorLedger.parse(await simulator.ledger(facts.id!))
    expect(ledger).toMatchObject({ stream: false, chunks: [{ tokens: 40 }] })
    const [chunk] = ledger.chunks
    expect(BigInt(chunk!.dueAtNs) - BigInt(ledger.acceptedAtNs)).toBe(50_000_000n)
    expect(BigInt(chunk!.writtenAtNs)).toBeGreaterThanOrEqual(BigInt(chunk!.dueAtNs))
  })
})

describe('a limit', () => {
  test.each(['max_tokens', 'max_completion_tokens'])('by %s ends the answer with length', async (field) => {
    const { answer, usage, finishReasons } = await run(`slow-large?${quick}`, { ...withUsage, [field]: 25 })
    expect(splitTokens(answer)).toHaveLength(25)
    expect(usage?.outputTokens).toBe(25)
    expect(finishReasons).toEqual(['length'])
  })

  test('counts reasoning too, as OpenAI does', async () => {
    const { answer, data } = await run(`reasoning?${quick}`, { ...withUsage, max_completion_tokens: 40 })
    expect(answer).toBe('')
    expect(JSON.parse(data.at(-2)!).usage).toMatchObject({
      completion_tokens: 40,
      completion_tokens_details: { reasoning_tokens: 40 },
    })
  })
})

test('what is answered is the last message of the user, also when it comes in parts', async () => {
  const { body } = await simulator.askWhole({
    model: `fast-small?${quick}`,
    with: {
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Write three haiku about network latency' },
        { role: 'assistant', content: 'No.' },
        { role: 'user', content: [{ type: 'text', text: 'Then explain the CAP theorem.' }] },
      ],
    },
  })
  expect(JSON.stringify(body)).toContain('The theorem says one narrow thing')
})
