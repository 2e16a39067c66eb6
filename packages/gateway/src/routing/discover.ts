/**
 * Looks for model servers that already run on this machine, and offers the models that their `/v1/models` lists.
 *
 * The start of the gateway does not wait for it: each server has a short time of its own to answer, and its models are
 * added as soon as it does.
 */
import type { Dispatcher } from 'undici'
import { z } from 'zod'
import type { DiscoveryConfig } from '../config/load.ts'
import { isLoopback } from '../loopback.ts'

export interface DiscoveryOptions {
  servers: readonly DiscoveryConfig[]
  dispatcher: Dispatcher
  /** Addresses of our own programs, which must not be offered as model servers. */
  ownUrls: readonly string[]
  /** `ids`: the server's names for its models, at least one. */
  onFound(server: DiscoveryConfig, ids: readonly string[]): void
}

/** A server on this machine answers in a few milliseconds, or is not there. */
const answerMsMax = 800
const answerBytesMax = 1024 * 1024
const modelsMax = 200

/** The part of OpenAI's models list that is needed. Ollama answers `data: null` when it has none. */
const ModelsList = z.object({
  object: z.literal('list').optional(),
  data: z.array(z.object({ id: z.string().min(1).max(200) })),
})

/** Resolves when every server has answered or run out of time; never rejects. */
export async function discover(options: DiscoveryOptions): Promise<void> {
  const own = new Set(options.ownUrls.map(toAddress))
  const strangers = options.servers.filter(({ baseUrl }) => !own.has(toAddress(baseUrl)))
  await Promise.all(strangers.map((server) => discoverAt(server, options)))
}

async function discoverAt(server: DiscoveryConfig, options: DiscoveryOptions): Promise<void> {
  const ids = await readModels(server.baseUrl, options.dispatcher).catch(() => [])
  if (ids.length === 0) return
  options.onFound(server, ids)
}

async function readModels(baseUrl: string, dispatcher: Dispatcher): Promise<string[]> {
  const url = new URL(baseUrl)
  const answer = await dispatcher.request({
    origin: url.origin,
    path: `${url.pathname.replace(/\/+$/, '')}/models`,
    method: 'GET',
    signal: AbortSignal.timeout(answerMsMax),
  })
  // This header marks an answer of this gateway's kind, whose models are not models of a server here.
  const isGateway = answer.headers['x-gateway-request-id'] !== undefined
  const text = await readText(answer.body)
  if (isGateway || answer.statusCode !== 200) return []
  const list = ModelsList.safeParse(JSON.parse(text))
  return list.success ? list.data.data.slice(0, modelsMax).map(({ id }) => id) : []
}

async function readText(body: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = []
  let bytes = 0
  for await (const part of body) {
    bytes += part.length
    if (bytes > answerBytesMax) throw new Error('The models list is too long.')
    parts.push(part)
  }
  return Buffer.concat(parts).toString()
}

/** Host and port. All names of the loopback are one; so is the address of all networks, which reaches it too. */
function toAddress(url: string): string {
  if (!URL.canParse(url)) return url
  const { hostname, port, protocol } = new URL(url)
  const host = isLoopback(hostname) || ['0.0.0.0', '[::]'].includes(hostname) ? 'loopback' : hostname
  return `${host}:${port || (protocol === 'https:' ? 443 : 80)}`
}
