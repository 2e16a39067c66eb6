/**
 * Is the gateway our own, wherever it runs? One that the app was not pointed at is. Where GATEWAY_URL is set, as
 * between containers, the gateway says so itself at `GET /`, where no key is needed, and none is sent.
 */
import { gatewayGreeting } from '@drag-race/contracts'
import type { AppContext } from './app-context.ts'

/** Another one may stand at the same address later. */
const ageMsMax = 30_000
const askMsMax = 2_000

interface Asked {
  atMs: number
  isOwn: Promise<boolean>
}

/** One answer a context, whoever asks. */
const lastAsked = new WeakMap<AppContext, Asked>()

/** Never rejects. Without an answer it is what it was the last time, and is asked again the next. */
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

/** As a lane calls it. Our own takes a start signal, and opens its connections ahead. */
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
