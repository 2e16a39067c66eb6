import { describe, expect, test } from 'vitest'
import { bodyOf } from '../testing/ask-anthropic.ts'

describe('thinking', () => {
  test.each([
    ['claude-opus-4-6', 'high', { type: 'adaptive', display: 'summarized' }, 'high'],
    ['claude-sonnet-5', 'minimal', { type: 'adaptive', display: 'summarized' }, 'low'],
    ['claude-of-a-later-day', 'xhigh', { type: 'adaptive', display: 'summarized' }, 'xhigh'],
    ['claude-sonnet-5', 'none', { type: 'disabled' }, undefined],
    ['claude-haiku-5-5', 'none', { type: 'disabled' }, undefined],
    ['claude-sonnet-5-5', 'none', { type: 'between_tools' }, undefined],
    ['claude-opus-5-5', 'none', undefined, 'low'],
    ['claude-fable-5', 'none', undefined, 'low'],
    ['claude-mythos-preview', 'none', undefined, 'low'],
    ['claude-haiku-4-5-20251001', 'none', undefined, undefined],
    // 16,384 × 0.5, × 0.8; never below 1,024.
    ['claude-haiku-4-5-20251001', 'medium', { type: 'enabled', budget_tokens: 8_192 }, undefined],
    ['claude-3-7-sonnet-20250219', 'high', { type: 'enabled', budget_tokens: 13_107 }, undefined],
    ['claude-haiku-4-5', 'minimal', { type: 'enabled', budget_tokens: 1_638 }, undefined],
    ['claude-haiku-4-5', 'low', { type: 'enabled', budget_tokens: 3_276 }, undefined],
    ['claude-haiku-4-5', 'xhigh', { type: 'enabled', budget_tokens: 14_745 }, undefined],
    ['claude-haiku-4-5', 'max', { type: 'enabled', budget_tokens: 15_564 }, undefined],
  ])('%s with effort %s', (model, reasoning_effort, thinking, effort) => {
    const body = bodyOf({ reasoning_effort }, model)
    expect(body.thinking).toEqual(thinking)
    expect(body.output_config?.effort).toBe(effort)
  })

  test('a share of many tokens is no more than 32,000, and of few no fewer than 1,024', () => {
    const budget = (max_tokens: number) =>
      bodyOf({ reasoning_effort: 'max', max_tokens }, 'claude-haiku-4-5').thinking.budget_tokens
    expect([64_000, 1_025].map(budget)).toEqual([32_000, 1_024])
  })

  test('adaptive thinking is left to the model', () => {
    expect(bodyOf({ thinking: { type: 'adaptive' } }).thinking).toEqual({
      type: 'adaptive',
      display: 'summarized',
    })
  })

  test('a budget is carried as it is, with room for it', () => {
    const body = bodyOf({ thinking: { type: 'enabled', budget_tokens: 2_000 } }, 'claude-haiku-4-5')
    expect(body.thinking).toEqual({ type: 'enabled', budget_tokens: 2_000 })
    expect(body.max_tokens).toBe(18_384)
  })

  test('goes back as it came, sealed or with its signature', () => {
    const thought = { type: 'thinking', thinking: 'hm', signature: 's' }
    const sealed = { type: 'redacted_thinking', data: 'AAAA' }
    const details = [thought, sealed].map((each, index) => ({ format: 'anthropic', ...each, index }))
    const messages = [
      { role: 'user', content: 'x' },
      { role: 'assistant', content: 'y', reasoning_details: details },
      { role: 'user', content: 'z' },
    ]
    expect(bodyOf({ messages }).messages[1].content).toEqual([thought, sealed, { type: 'text', text: 'y' }])
  })

  test('signatures of other dialects are left out', () => {
    const details = [
      { format: 'gemini', type: 'thought_signature', signature: 's' },
      { format: 'anthropic', type: 'thinking', thinking: 'shown only', signature: '' },
      'x',
      null,
    ]
    const messages = [
      { role: 'user', content: 'x' },
      { role: 'assistant', content: 'y', reasoning_details: details },
      { role: 'user', content: 'z' },
    ]
    expect(bodyOf({ messages }).messages[1].content).toEqual([{ type: 'text', text: 'y' }])
  })
})

describe('thinking by a budget while tools are called', () => {
  const calling = (id: string, reasoning_details: object[] = []) => [
    {
      role: 'assistant',
      tool_calls: [{ id, type: 'function', function: { name: 'look', arguments: '{}' } }],
      reasoning_details,
    },
    { role: 'tool', tool_call_id: id, content: 'seen' },
  ]
  const thoughts = [{ format: 'anthropic', type: 'thinking', thinking: 'hm', signature: 's', index: 0 }]
  const asked = { role: 'user', content: 'x' }
  const medium = { reasoning_effort: 'medium' }
  const thinking = { type: 'enabled', budget_tokens: 8_192 }
  const bodyAfter = (more: object, ...messages: object[]) => bodyOf({ ...more, messages }, 'claude-haiku-4-5')

  test('is not asked for where the calls came back without their thoughts, and takes no tokens', () => {
    const budget = { thinking: { type: 'enabled', budget_tokens: 2_000 } }
    const others = thoughts.map((detail) => ({ ...detail, format: 'bedrock' }))
    const early = [asked, ...calling('a', thoughts), { role: 'assistant', content: 'so' }, asked]
    for (const body of [
      bodyAfter(medium, asked, ...calling('a')),
      bodyAfter(medium, asked, ...calling('a', others)),
      bodyAfter(medium, ...early, ...calling('b')),
      bodyAfter(budget, asked, ...calling('a')),
    ]) {
      expect(body).not.toHaveProperty('thinking')
      expect(body.max_tokens).toBe(16_384)
    }
  })

  test('is asked for where the thoughts are there, if only before the first call', () => {
    expect(bodyAfter(medium, asked, ...calling('a', thoughts)).thinking).toEqual(thinking)
    expect(bodyAfter(medium, asked, ...calling('a', thoughts), ...calling('b')).thinking).toEqual(thinking)
  })

  test('is asked for again from the next question on, and always where thinking is adaptive', () => {
    const answered = [asked, ...calling('a'), { role: 'assistant', content: 'so' }, asked]
    expect(bodyAfter(medium, ...answered).thinking).toEqual(thinking)
    const newer = bodyOf({ ...medium, messages: [asked, ...calling('a')] })
    expect(newer.thinking).toMatchObject({ type: 'adaptive' })
  })
})
