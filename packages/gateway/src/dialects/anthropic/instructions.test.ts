/** System and developer messages after the first turn. */
import { expect, test } from 'vitest'
import { bodyOf } from '../testing/ask-anthropic.ts'

const system = (content: string) => ({ role: 'system', content })
const user = (content: string) => ({ role: 'user', content })
const assistant = (content: string) => ({ role: 'assistant', content })

/** `role: text …` of each message, and the instructions at the top. */
function sent(messages: object[], model: string) {
  const body = bodyOf({ messages }, model)
  const words = (blocks: { text?: string; content?: { text: string }[] }[]) =>
    blocks.map(({ text, content }) => text ?? content?.map((each) => each.text).join()).join(' ')
  return {
    top: words(body.system ?? []),
    turns: body.messages.map(
      ({ role, content }: { role: string; content: [] }) => `${role}: ${words(content)}`,
    ),
  }
}

const talk = [system('top'), user('one'), assistant('two'), { role: 'developer', content: 'from now on' }]

test.each([
  'claude-opus-4-8',
  'claude-opus-5-5',
  'claude-sonnet-5-5',
  'claude-haiku-5-5',
  'claude-fable-5-1',
])('%s gets them behind the turn of the user, with nothing before them changed', (model) => {
  const turns = ['user: one', 'assistant: two', 'user: three', 'system: from now on']
  expect(sent([...talk, user('three')], model)).toEqual({ top: 'top', turns })
  expect(sent([...talk, user('three'), assistant('four'), user('five')], model)).toEqual({
    top: 'top',
    turns: [...turns, 'assistant: four', 'user: five'],
  })
})

test.each(['claude-opus-4-7', 'claude-sonnet-5', 'claude-haiku-4-5', 'MiniMax-M2'])(
  '%s, which would refuse them there, gets them at the top',
  (model) => {
    expect(sent([...talk, user('three')], model)).toEqual({
      top: 'top from now on',
      turns: ['user: one', 'assistant: two', 'user: three'],
    })
  },
)

test('between a call and its result they wait for the result', () => {
  const messages = [
    user('one'),
    { role: 'assistant', tool_calls: [{ id: 'a', function: { name: 'f', arguments: '' } }] },
    system('mind'),
    { role: 'tool', tool_call_id: 'a', content: 'done' },
  ]
  expect(sent(messages, 'claude-opus-5-5').turns.slice(2)).toEqual(['user: done', 'system: mind'])
})

test('where the user says nothing beside them, they are the user’s words; blank ones are none', () => {
  expect(sent([...talk, assistant('four'), system(' '), assistant('five')], 'claude-opus-5-5')).toEqual({
    top: 'top',
    turns: ['user: one', 'assistant: two', 'user: from now on', 'assistant: four five'],
  })
  expect(sent(talk, 'claude-opus-5-5').turns.at(-1)).toBe('user: from now on')
})
