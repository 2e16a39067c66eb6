/**
 * A gateway on a thread of its own, so that it ticks on while a test blocks the main thread: a token every 10 ms, by
 * absolute deadlines, and a ledger of when each was written.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parentPort } from 'node:worker_threads'

export interface TickingReady {
  url: string
}

export const ticks = 60
const tickMs = 10

const writtenAtNs: string[] = []

const server = createServer((request, response) => {
  if (request.method === 'GET') return void response.end(JSON.stringify(writtenAtNs))
  if (request.headers['x-gateway-start']) response.writeProcessing()
  return void request.resume().on('end', () => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const startMs = performance.now()
    const tick = () => {
      writtenAtNs.push(String(process.hrtime.bigint()))
      const isLast = writtenAtNs.length === ticks
      const choice = { index: 0, delta: { content: 'tick ' }, finish_reason: isLast ? 'stop' : null }
      response.write(`data: ${JSON.stringify({ id: 'c', choices: [choice] })}\n\n`)
      if (isLast) response.end('data: [DONE]\n\n')
      else setTimeout(tick, Math.max(0, startMs + writtenAtNs.length * tickMs - performance.now()))
    }
    tick()
  })
})

if (parentPort) {
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address() as AddressInfo
    parentPort?.postMessage({ url: `http://127.0.0.1:${port}` } satisfies TickingReady)
  })
}
