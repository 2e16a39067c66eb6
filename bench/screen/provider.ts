/**
 * A provider whose answers are hard to draw: one block that never ends, or recorded answers one after the other. It
 * sends chunks of one token at absolute deadlines, as the simulator does.
 */
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { encodeEvent } from '@drag-race/wire'

export const longBlocks = ['paragraph', 'list', 'table', 'code'] as const

/** The beginning of an answer, and what is repeated until it is long enough. */
export interface Text {
  lead: string
  body: string
}

/** `texts` by the name of the model. */
export async function startProvider(
  texts: Readonly<Record<string, Text>>,
  { tokensPerSecond, tokens }: { tokensPerSecond: number; tokens: number },
) {
  const server = createServer(async (request, response) => {
    const { lead, body } = texts[(await readModel(request)) ?? '']!
    const [first, pieces] = [toPieces(lead), toPieces(body)]
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const write = (delta: object, finish_reason: string | null) =>
      response.write(encodeEvent({ data: JSON.stringify({ choices: [{ index: 0, delta, finish_reason }] }) }))
    const startedAtMs = performance.now() + firstTokenMs
    let sent = 0
    const timer = setInterval(() => {
      const due = Math.min(tokens, Math.floor(((performance.now() - startedAtMs) * tokensPerSecond) / 1000))
      for (; sent < due; sent++)
        write({ content: first[sent] ?? pieces[(sent - first.length) % pieces.length] }, null)
      if (sent < tokens) return
      clearInterval(timer)
      write({}, 'stop')
      response.end(encodeEvent({ data: '[DONE]' }))
    }, 1)
    response.on('close', () => clearInterval(timer))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    close: () => server.close(),
  }
}

/** Time for the page to be opened before the first token. */
const firstTokenMs = 3_000

/** Pieces of about a token each: a word with the space before it, or a sign. */
function toPieces(text: string): string[] {
  return text.match(/\s?\w{1,6}|\s?[^\w\s]|\s+/g) ?? []
}

async function readModel(request: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return (JSON.parse(Buffer.concat(parts).toString()) as { model?: string }).model
}

const words =
  'Latency hides where nobody looks, and a *mean* tells little about the `p99` that people feel; so one measures, writes it **down** and looks again. '

/** Texts of one block each, however often they are repeated. */
export const longBlockTexts: Record<(typeof longBlocks)[number], Text> = {
  paragraph: { lead: '', body: words },
  list: { lead: '', body: `- ${words.trim()}\n` },
  table: {
    lead: '| what | how | why | n |\n|---|---|---|--:|\n',
    body: '| a cell | `code` in one | **bold** in another | 42 |\n',
  },
  code: {
    lead: '```ts\n',
    body: 'const delay = samples.map((each) => each.at - each.due).toSorted((a, b) => a - b)\n',
  },
}
