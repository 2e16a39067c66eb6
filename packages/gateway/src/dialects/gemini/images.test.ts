/** Pictures that Gemini makes. */
import { expect, test } from 'vitest'
import { chunksOf, context, deltasOf, runInAllCuts, textOf, utf8 } from '../testing/streams.ts'
import { gemini } from './gemini.ts'

const picture = (data: string, more = {}) => ({ inlineData: { mimeType: 'image/png', data }, ...more })
const image = (index: number, data: string) => ({
  type: 'image_url',
  index,
  image_url: { url: `data:image/png;base64,${data}` },
})
const ended = (parts: object[]) => ({ candidates: [{ content: { parts }, finishReason: 'STOP' }] })

test('of a whole answer stand in `images`, beside its text', () => {
  const parts = [{ text: 'Here:' }, picture('AAAA'), picture('BBBB'), picture('CCCC', { thought: true })]
  expect(gemini.toCompletion(ended(parts), context).choices[0]!.message).toMatchObject({
    content: 'Here:',
    images: [image(0, 'AAAA'), image(1, 'BBBB')],
  })
})

test('of a stream come in deltas, and the answer has begun with the first', () => {
  const first = { candidates: [{ content: { parts: [picture('AAAA')] } }] }
  const stream = [first, ended([picture('BBBB'), { text: 'two' }])]
  const events = runInAllCuts(
    gemini,
    utf8(stream.map((each) => `data: ${JSON.stringify(each)}\r\n\r\n`).join('')),
  )
  expect(deltasOf(events).flatMap(({ images = [] }) => images)).toEqual([image(0, 'AAAA'), image(1, 'BBBB')])
  expect(textOf(events)).toBe('two')
  expect(events.findIndex(({ kind }) => kind === 'opened')).toBeLessThan(
    events.findIndex((event) => event.kind === 'chunk' && event.chunk.choices[0]?.delta.images),
  )
  expect(chunksOf(events).at(-1)!.choices[0]!.finish_reason).toBe('stop')
})

test('are asked for by `modalities`', () => {
  const ask = (modalities: unknown) => {
    const chat = { messages: [{ role: 'user', content: 'a cat' }], modalities }
    const { body } = gemini.toRequest(chat, { model: 'gemini-x', stream: false, baseUrl: 'https://x.test' })
    return JSON.parse(body).generationConfig.responseModalities
  }
  expect(ask(['image', 'text'])).toEqual(['IMAGE', 'TEXT'])
  expect(ask(['text'])).toBeUndefined()
  expect(ask(null)).toBeUndefined()
  expect(() => ask(['text', 'audio'])).toThrow('`modalities` must be text and image')
})
