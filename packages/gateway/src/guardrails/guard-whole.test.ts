/** Guardrails on answers that do not stream, and on endpoints besides chat. */
import { describe, expect, test } from 'vitest'
import { refuse } from '../testing/bad-days.ts'
import { done, event, head, role, token, usage } from '../testing/chunks.ts'
import type { ErrorBody } from '../testing/gateway.ts'
import { ask, card, cards, mails, post, readTexts, startGuarded } from '../testing/guarded.ts'
import { useOpened } from '../testing/opened.ts'
import { startTwoTargets } from '../testing/two-targets.ts'
import { type Answering, json, stream } from '../testing/upstream.ts'

const opened = useOpened()

async function start(guardrails: object[], answer?: Answering) {
  const guarded = await startGuarded(guardrails, answer)
  opened.push(guarded)
  return guarded
}

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

  test('masks a choice that is not an object', async () => {
    const { gateway } = await start([cards], json({ choices: [card, { message: { content: 'a' } }] }))
    expect(await (await gateway.chat(ask('hi'))).json()).toEqual({
      choices: ['[card-number]', { message: { content: 'a' } }],
    })
  })

  test('passes byte for byte when nothing is found', async () => {
    const text = JSON.stringify(answer('nothing'), null, 2)
    const { gateway } = await start([cards, mails], json(text))
    expect(await (await gateway.chat(ask('hi'))).text()).toBe(text)
  })

  test('reject refuses it and counts its tokens, and it is no failure of the provider', async () => {
    const { gateway, upstream } = await start([{ ...cards, action: 'reject' }], json(answer(card)))
    // One more than would open the circuit breaker.
    for (let call = 1; call <= 4; call++) {
      const response = await gateway.chat(ask('hi', { model: 'v' }))
      expect(response.status).toBe(400)
      expect(((await response.json()) as ErrorBody).error.code).toBe('guardrail_rejected')
      expect(upstream.received).toHaveLength(call)
      expect(gateway.logs.at(-1)).toMatchObject({ inputTokens: 7, outputTokens: 3 })
    }
  })

  test.each([false, true])('reject is final at a fallback too, streamed: %s', async (isStream) => {
    const spoken = (...[response, request]: Parameters<Answering>) =>
      (request.body.includes('"stream":true') ? stream([role, token(card), done]) : json(answer(card)))(
        response,
        request,
      )
    const targets = await startTwoTargets({
      a: refuse(500),
      b: spoken,
      policies: { guardrails: [{ ...cards, action: 'reject' }], retry: { attempts: 1 } },
    })
    opened.push(targets)
    const told = await targets.ask(isStream)
    expect(told).toMatchObject({ status: 400, error: 'guardrail_rejected' })
    expect(told.log).toMatchObject({ outcome: 'guardrail_rejected', attempts: 2 })
  })

  test('an answer that does not stream, though a stream was asked for, is guarded too', async () => {
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
