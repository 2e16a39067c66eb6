/** A provider with faults: the model of a request chooses the fault. */
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Answers a call; `isStream` as the caller asked for. */
export type Answering = (response: ServerResponse, isStream: boolean) => void

export interface BadProvider {
  url: string
  close(): Promise<void>
}

/** `days`: by model, the answers to its calls in turn, the last one for all later ones; streams are counted apart. */
export async function startBadProvider(days: Record<string, Answering[]>): Promise<BadProvider> {
  const turns = new Map<string, number>()
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const part of request) body += part
    const { model, stream = false } = JSON.parse(body) as { model: string; stream?: boolean }
    const answers = days[model]!
    const turn = turns.get(`${model} ${stream}`) ?? 0
    turns.set(`${model} ${stream}`, turn + 1)
    answers[Math.min(turn, answers.length - 1)]!(response, stream)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

const usage = { prompt_tokens: 7, completion_tokens: 20, total_tokens: 27 }
const words = Array.from({ length: 20 }, (_, index) => ` t${index}`)
const event = (data: object) => `data: ${JSON.stringify(data)}\n\n`
const delta = (content: object, finish_reason: string | null = null) =>
  event({ choices: [{ index: 0, delta: content, finish_reason }] })
const done = 'data: [DONE]\n\n'

/** The pieces of a stream of twenty tokens. */
const pieces = {
  role: delta({ role: 'assistant', content: '' }),
  tokens: words.map((content) => delta({ content })),
  finish: delta({}, 'stop'),
  usage: event({ choices: [], usage }),
}
const wholeStream = [pieces.role, ...pieces.tokens, pieces.finish, pieces.usage]
const wholeBody = JSON.stringify({
  choices: [{ message: { content: words.join('') }, finish_reason: 'stop' }],
  usage,
})

function begin(response: ServerResponse, isStream: boolean): ServerResponse {
  return response.writeHead(200, { 'content-type': isStream ? 'text/event-stream' : 'application/json' })
}

export const good: Answering = (response, isStream) =>
  void begin(response, isStream).end(isStream ? wholeStream.join('') + done : wholeBody)

/** A stream of this text, a few characters at a time. */
export const answering =
  (text: string): Answering =>
  (response) => {
    const streamed = text.match(/[\s\S]{1,7}/g)!.map((content) => delta({ content }))
    begin(response, true).end(streamed.join('') + pieces.finish + done)
  }

export const refuse =
  (
    status: number,
    { code = null, headers = {} }: { code?: string | null; headers?: object } = {},
  ): Answering =>
  (response) =>
    void response
      .writeHead(status, { 'content-type': 'application/json', ...headers })
      .end(JSON.stringify({ error: { message: `no (${status})`, type: 'server_error', code } }))

export const reset: Answering = (response) => void response.destroy()

export const silent: Answering = () => {}

/** As a stream, the role and no token; otherwise the whole answer, `ms` later. */
export const late =
  (ms: number): Answering =>
  (response, isStream) => {
    if (isStream) begin(response, isStream).write(pieces.role)
    else setTimeout(() => good(response, isStream), ms)
  }

/** Twenty tokens, or half a body; then calls `then`. */
export const half =
  (then: (response: ServerResponse) => void): Answering =>
  (response, isStream) =>
    void begin(response, isStream).write(
      isStream ? pieces.role + pieces.tokens.join('') : wholeBody.slice(0, wholeBody.length / 2),
      () => then(response),
    )

export const malformed: Answering = (response, isStream) => {
  const broken = [...wholeStream.slice(0, 11), 'data: {"choices":[{]}\n\n', ...wholeStream.slice(11)]
  begin(response, isStream).end(isStream ? broken.join('') + done : wholeBody.replace(',', ',,'))
}

/** The answer ends only with the connection, and in a stream with a finish reason, without `[DONE]`. */
export const endless: Answering = (response, isStream) => {
  response.useChunkedEncodingByDefault = false
  begin(response.setHeader('connection', 'close'), isStream).end(isStream ? wholeStream.join('') : wholeBody)
}
