/**
 * Before the green light our own gateway opens its connections to the providers, so that no lane's first token waits
 * for a TLS handshake while another lane's connection was open already. A foreign gateway cannot be asked to: whether
 * it holds connections open is then part of what is measured.
 */
import type { AppContext } from '../app-context.ts'
import { bearer } from '../bearer.ts'
import { isOwnGateway } from '../own-gateway.ts'
import { readText } from '../read-text.ts'

/** How long a race waits for it, about as long as for the lanes' own connections. */
const openMsMax = 3_500
/** A line for each model. */
const answerBytesMax = 1024 * 1024

/** `models`: that of each lane. Never rejects: a fault of a model is reported by its lane. */
export async function openAhead(context: AppContext, models: readonly string[]): Promise<void> {
  try {
    if (await isOwnGateway(context)) await ask(context, models)
  } catch (error) {
    context.log.info({ error }, 'the gateway has opened no connections ahead')
  }
}

async function ask(context: AppContext, models: readonly string[]): Promise<void> {
  const { url, apiKey } = context.gateway
  const response = await fetch(`${url}/connections`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...bearer(apiKey) },
    body: JSON.stringify({ models }),
    signal: AbortSignal.timeout(openMsMax),
  })
  const answer = (await readText(response, answerBytesMax)) ?? ''
  if (!response.ok) throw new Error(`${response.status}: ${answer.slice(0, 500)}`)
}
