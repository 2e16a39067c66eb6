/**
 * The official openai SDK as a lane's client, as an application would use it. Retries are off, because a retry inside
 * the client would falsify a TTFT.
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
    // The lane's own limits end it, so the SDK's must be longer: this is the longest that setTimeout takes.
    timeout: 2 ** 31 - 1,
    logLevel: 'off',
    // All are set, because the SDK looks in the environment for those that are left out.
    apiKey: apiKey ?? 'none',
    adminAPIKey: null,
    organization: null,
    project: null,
    defaultHeaders: {
      'x-gateway-report': '1',
      // No gateway is to answer from its cache: such an answer would measure nothing.
      'cache-control': 'no-store',
      ...(apiKey === null ? { authorization: null } : {}),
    },
  })
}
