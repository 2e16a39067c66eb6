/** Ids of other providers, on their way to Anthropic and Bedrock, which allow few characters. */
import { expect, test } from 'vitest'
import { anthropic, bedrock } from './index.ts'

const ways = [
  {
    name: 'anthropic',
    dialect: anthropic,
    called: ({ id }: { id: string }) => id,
    answered: ({ tool_use_id }: { tool_use_id: string }) => tool_use_id,
  },
  {
    name: 'bedrock',
    dialect: bedrock,
    called: ({ toolUse }: { toolUse: { toolUseId: string } }) => toolUse.toolUseId,
    answered: ({ toolResult }: { toolResult: { toolUseId: string } }) => toolResult.toolUseId,
  },
]

for (const { name, dialect, called, answered } of ways) {
  const sent = (ids: string[]) => {
    const messages = [
      { role: 'user', content: 'look' },
      { role: 'assistant', tool_calls: ids.map((id) => ({ id, function: { name: 'f', arguments: '' } })) },
      ...ids.map((id) => ({ role: 'tool', tool_call_id: id, content: 'seen' })),
    ]
    const context = { model: 'claude-opus-4-6', stream: false, baseUrl: 'https://x.test' }
    const [, calls, results] = JSON.parse(dialect.toRequest({ messages }, context).body).messages
    return {
      calls: calls.content.map(called) as string[],
      results: results.content.map(answered) as string[],
    }
  }

  test(`${name}: an id that is allowed stays, others become allowed ones`, () => {
    const { calls, results } = sent(['toolu_01-A', 'functions.f:0', 'é', 'x'.repeat(65)])
    expect(calls[0]).toBe('toolu_01-A')
    for (const id of calls) expect(id).toMatch(/^[a-zA-Z0-9_-]{1,64}$/)
    expect(results).toEqual(calls)
  })

  test(`${name}: calls whose ids differ in other characters or in their beginning stay apart`, () => {
    const ids = ['f:0', 'f.0', 'f_0', `a${'x'.repeat(64)}`, `b${'x'.repeat(64)}`]
    const { calls } = sent(ids)
    expect(new Set(calls).size).toBe(ids.length)
    expect(sent([ids[1]!]).calls).toEqual([calls[1]])
  })
}
