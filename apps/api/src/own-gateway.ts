/**
 * Whether the gateway is our own, wherever it runs. Without GATEWAY_URL it is. With GATEWAY_URL set, as between
 * containers, its answer to `GET /` says so; that needs no key, and none is sent.
 */
import { gatewayGreeting } from '@drag-race/contracts'
import type { AppContext } from './app-context.ts'

/** Asked again after this: another gateway can run at the same address later. */
const ageMsMax = 30_000
const askMsMax = 2_000

interface Asked {
  atMs: number
  isOwn: Promise<boolean>
}

/** One answer for each context, whoever asks. */
const lastAsked = new WeakMap<AppContext, Asked>()

/** Never rejects. While the gateway does not answer, the last finding holds, and the next call asks again. */
export function isOwnGateway(context: AppContext): Promise<boolean> {
  const { gateway, nowMs } = context
  if (gateway.isDefaultAddress) return Promise.resolve(true)
  const last = lastAsked.get(context)
  const atMs = nowMs()
  if (last && atMs - last.atMs <= ageMsMax) return last.isOwn
  const isOwn = greets(gateway.url).catch(async () => {
    const before = last?.isOwn ?? Promise.resolve(false)
    lastAsked.set(context, { atMs: Number.NEGATIVE_INFINITY, isOwn: before })
    return await before
  })
  lastAsked.set(context, { atMs, isOwn })
  return isOwn
}

/** The gateway as a lane calls it. Our own takes a start signal and opens its connections ahead. */
export interface LaneGateway {
  url: string
  apiKey: string | null
  isOwn: boolean
}

export async function toLaneGateway(context: AppContext): Promise<LaneGateway> {
  const { url, apiKey } = context.gateway
  return { url, apiKey, isOwn: await isOwnGateway(context) }
}

/** Reads no more than the greeting: somebody else's first page can be of any length. */
async function greets(url: string): Promise<boolean> {
  const response = await fetch(`${url}/`, { redirect: 'manual', signal: AbortSignal.timeout(askMsMax) })
  const utf8 = new TextDecoder()
  let text = ''
  for await (const bytes of response.body ?? []) {
    text += utf8.decode(bytes, { stream: true })
    // Leaving the loop cancels the rest.
    if (text.length >= gatewayGreeting.length) break
  }
  if (response.status >= 500) throw new Error(`The gateway answered ${response.status}.`)
  return response.ok && text.startsWith(gatewayGreeting)
}
