/** Recorded streams of real providers, with an address and a card number planted in them, cut in every way. */
import { describe, expect, test } from 'vitest'
import { hasRecordings, recorded } from '../dialects/testing/streams.ts'
import { cuts, cutUp } from '../testing/chunks.ts'
import { ask, cards, mails, readTexts, startGuarded } from '../testing/guarded.ts'
import { useOpened } from '../testing/opened.ts'
import { type Answering, stream } from '../testing/upstream.ts'

const opened = useOpened()

async function start(guardrails: object[], answer?: Answering) {
  const guarded = await startGuarded(guardrails, answer)
  opened.push(guarded)
  return guarded
}

const names = [
  'azure-gpt-4.1-mini-text-filter',
  'deepseek-reasoner-reasoning',
  'groq-llama3-8b-text-xgroq',
  'openai-gpt-4o-mini-n2-choices-usage',
  'openai-gpt-5.4-text-usage',
  'openrouter-gpt-5-text-38-comments',
  'perplexity-sonar-crlf-nodone',
  'together-llama-3.3-70b-text',
]

describe.skipIf(!hasRecordings).each(names)('%s', (name) => {
  test.each(cuts)(
    'loses an address and a card that were planted in it, and nothing else, cut in %s',
    async (cut) => {
      const sent = recorded(`stream/${name}.sse`).toString()
      const planted = plant(sent, 'mail a.b@example.com or 4111 1111 1111 1111 now')
      const { gateway } = await start([cards, mails], stream(cutUp(planted, cut)))
      const passed = await (await gateway.chat(ask('hi', { stream: true }))).text()
      const before = readTexts(planted)['0 answer'] ?? ''
      const after = before
        .replaceAll('a.b@example.com', '[email]')
        .replaceAll('4111 1111 1111 1111', '[card-number]')
      expect(before).toContain('a.b@example.com')
      expect(readTexts(passed)['0 answer']).toBe(after)
    },
  )
})

/** Puts the words before the first text of the answer, in chunks of five letters, in the form of that provider. */
function plant(text: string, words: string): string {
  const frames = text.split(/(?<=\r?\n\r?\n)/)
  const at = frames.findIndex((frame) => /"content":\s?"[^"]/.test(frame))
  const pieces = words
    .match(/.{1,5}/g)!
    .map((piece) =>
      frames[at]!.replace(
        /"content":(\s?)"(?:[^"\\]|\\.)*"/g,
        (_all, space) => `"content":${space}${JSON.stringify(piece)}`,
      ),
    )
  return [...frames.slice(0, at), ...pieces, ...frames.slice(at)].join('')
}
