/**
 * The official openai SDK as a lane's client: the code that the people who watch would write. Retries are off, because
 * a retry inside the client would falsify a TTFT.
 */
import OpenAI from 'openai'
import type { Exchange } from './exchange.ts'
import type { LanesOrder } from './messages.ts'

export function createGatewayClient(
  { url, apiKey }: LanesOrder['gateway'],
  fetch: Exchange['fetch'],
): OpenAI {
  return new OpenAI({
    baseURL: `${url}/v1`,
    fetch,
    maxRetries: 0,
    // The lane's own limits end it; the SDK's timer must merely be later. The longest that setTimeout can count.
    timeout: 2 ** 31 - 1,
    logLevel: 'off',
    // Said outright: what is left out here, the SDK looks for in the environment.
    apiKey: apiKey ?? 'none',
    adminAPIKey: null,
    organization: null,
    project: null,
    defaultHeaders: {
      'x-gateway-report': '1',
      // An answer that was given before measures nothing, whatever gateway this is.
      'cache-control': 'no-store',
      ...(apiKey === null ? { authorization: null } : {}),
    },
  })
}
