/**
 * The provider of the benchmark, a process of its own. It writes the machine's monotonic time (`process.hrtime`, one
 * clock for all processes) into every token just before it writes the token, and the time at which it had read the
 * request into the first one. So what a gateway adds to each step is measured exactly, by any client.
 *
 * Paced by absolute deadlines: token i is due at start + i × interval, however late the one before was.
 */
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

const server = createServer((request, response) => {
  const parts: Buffer[] = []
  request.on('data', (part: Buffer) => parts.push(part))
  request.on('end', () => {
    const readAtNs = process.hrtime.bigint()
    const body = JSON.parse(Buffer.concat(parts).toString()) as {
      stream?: boolean
      max_tokens?: number
      max_completion_tokens?: number
      seed?: number
    }
    // TensorZero knows only the newer name.
    const tokens = body.max_completion_tokens ?? body.max_tokens ?? 20
    // `seed` carries the tokens per second, because it is the one number of a request that no gateway changes.
    if (body.stream) stream(response, tokens, body.seed ?? 50, readAtNs)
    else answer(response, tokens, readAtNs)
  })
})
server.keepAliveTimeout = 60_000
server.listen(Number(process.env.UPSTREAM_PORT ?? 0), '127.0.0.1', () => {
  console.log(`upstream ready on http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})

function answer(response: ServerResponse, tokens: number, readAtNs: bigint) {
  const message = {
    role: 'assistant',
    content: `${readAtNs} ${process.hrtime.bigint()} ${'word '.repeat(tokens)}`,
  }
  const body = {
    ...head('chat.completion'),
    choices: [{ index: 0, message, finish_reason: 'stop' }],
    usage: usage(tokens),
  }
  response.setHeader('content-type', 'application/json').end(JSON.stringify(body))
}

function stream(response: ServerResponse, tokens: number, tokensPerSecond: number, readAtNs: bigint) {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const startedAtNs = process.hrtime.bigint()
  const intervalNs = 1e9 / tokensPerSecond
  const send = (rest: object) =>
    response.write(`data: ${JSON.stringify({ ...head('chat.completion.chunk'), ...rest })}\n\n`)
  let sent = 0
  const next = () => {
    if (response.destroyed) return
    const nowNs = Number(process.hrtime.bigint() - startedAtNs)
    while (sent < tokens && nowNs >= sent * intervalNs) {
      const content = `${sent === 0 ? `${readAtNs}:` : ''}${process.hrtime.bigint()} `
      send({
        choices: [
          { index: 0, delta: sent === 0 ? { role: 'assistant', content } : { content }, finish_reason: null },
        ],
      })
      sent++
    }
    if (sent < tokens) {
      setTimeout(next, Math.max(0, (sent * intervalNs - nowNs) / 1e6))
      return
    }
    send({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })
    send({ choices: [], usage: usage(tokens) })
    response.end('data: [DONE]\n\n')
  }
  next()
}

function head(object: string) {
  return { id: 'chatcmpl-bench', object, created: 1_700_000_000, model: 'bench' }
}

function usage(tokens: number) {
  return { prompt_tokens: 10, completion_tokens: tokens, total_tokens: 10 + tokens }
}
