/**
 * The floor of the platform: the least that a proxy on node:http and undici costs. It reads a body, sends it on and
 * passes the answer back, and checks, counts and limits nothing.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Pool } from 'undici'

const pool = new Pool(process.env.UPSTREAM_URL!, { connections: 1_024 })

const server = createServer((request, response) => {
  const parts: Buffer[] = []
  request.on('data', (part: Buffer) => parts.push(part))
  request.on('end', () => {
    const body = parts.length > 0 ? Buffer.concat(parts) : null
    const method = request.method as 'GET' | 'POST'
    pool.dispatch(
      { path: request.url!, method, body, headers: { 'content-type': 'application/json' } },
      {
        onRequestStart() {},
        onResponseStart(_controller, status, headers) {
          response.writeHead(status, { 'content-type': headers['content-type'] as string })
        },
        onResponseData(_controller, bytes) {
          response.write(bytes)
        },
        onResponseEnd() {
          response.end()
        },
        onResponseError(_controller, error) {
          response.destroy(error)
        },
      },
    )
  })
})
server.listen(0, '127.0.0.1', () => {
  console.log(`floor ready on http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
