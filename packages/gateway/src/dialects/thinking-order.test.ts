/** Claude checks where its thinking stood among its calls, whatever became of the text between them. */
import { expect, test } from 'vitest'
import { anthropic, bedrock } from './index.ts'
import { context } from './testing/streams.ts'

const ways = [
  {
    name: 'anthropic',
    blocksOf: (text: string) => [
      { type: 'thinking', thinking: '', signature: 'one' },
      { type: 'text', text },
      { type: 'tool_use', id: 'a', name: 'a', input: {} },
      { type: 'thinking', thinking: '', signature: 'two' },
      { type: 'tool_use', id: 'b', name: 'b', input: {} },
    ],
    answerOf: (content: object[]) => anthropic.toCompletion({ content, stop_reason: 'tool_use' }, context),
    dialect: anthropic,
    model: 'claude-opus-4-6',
  },
  {
    name: 'bedrock',
    blocksOf: (text: string) => [
      { reasoningContent: { reasoningText: { text: '', signature: 'one' } } },
      { text },
      { toolUse: { toolUseId: 'a', name: 'a', input: {} } },
      { reasoningContent: { reasoningText: { text: '', signature: 'two' } } },
      { toolUse: { toolUseId: 'b', name: 'b', input: {} } },
    ],
    answerOf: (content: object[]) =>
      bedrock.toCompletion({ output: { message: { content } }, stopReason: 'tool_use' }, context),
    dialect: bedrock,
    model: 'anthropic.claude-opus-4-6-v1',
  },
]

const [textPart, cachedPart] = [
  { type: 'text', text: 'Let me ' },
  { type: 'text', text: 'look.', cache_control: { type: 'ephemeral' } },
]

test.each(ways)('$name: a blank text, which is not sent back, takes no place', (way) => {
  const blocks = way.blocksOf('\n\n')
  expect(sendBack(way, way.answerOf(blocks).choices[0]!.message)).toEqual(blocks.toSpliced(1, 1))
})

test.each(ways)('$name: a text that comes back in several parts is still one', (way) => {
  const { message } = way.answerOf(way.blocksOf('Let me look.')).choices[0]!
  const content = sendBack(way, { ...message, content: [textPart, cachedPart] })
  expect(content.slice(-3)).toEqual(way.blocksOf('').slice(2))
})

test.each(ways)('$name: thinking that comes back with one index for all keeps its order', (way) => {
  const { message } = way.answerOf(way.blocksOf('Let me look.')).choices[0]!
  const reasoning_details = message.reasoning_details?.map((detail) => ({ ...detail, index: 0 }))
  const [one, text, a, two, b] = way.blocksOf('Let me look.')
  expect(sendBack(way, { ...message, reasoning_details })).toEqual([one, two, text, a, b])
})

function sendBack({ dialect, model }: (typeof ways)[number], message: object): object[] {
  const messages = [{ role: 'user', content: 'x' }, message]
  const { body } = dialect.toRequest({ messages }, { model, stream: false, baseUrl: 'https://x.test' })
  return JSON.parse(body).messages[1].content
}
