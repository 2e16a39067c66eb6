/** Where a call goes: one model at one provider, with all that a request to it needs, worked out once. */
import { createHash } from 'node:crypto'
import type { AwsAccess } from '../config/aws-access.ts'
import type { ModelConfig } from '../config/load.ts'
import type { CircuitBreaker, Timeouts } from '../config/policies.ts'
import type { Price } from '../config/schema.ts'
import { shortenName } from '../dialects/provider-words.ts'
import { type Provider, type ProviderName, providers } from './providers.ts'

export interface Target {
  /** What callers call it. */
  name: string
  /** The same for the same model at the same address with the same key: what is known of the one holds for the other. */
  connectionId: string
  provider: ProviderName
  /** What the provider calls it. */
  upstreamModel: string
  dialect: Provider['dialect']
  baseUrl: string
  origin: string
  /** Of the chat completions endpoint, with its query; other dialects have a path for each request. */
  path: string
  /** The provider's key and what goes with every request. */
  headers: Readonly<Record<string, string>>
  /** The key and what else is secret of what it is sent, to strike it out where a provider repeats it. */
  secrets: readonly string[]
  /** What its requests are signed with; null when a key will do. */
  aws: AwsAccess | null
  /** Behind what is said when no connection stands; empty where there is nothing to add. */
  connectHint: string
  isUsageAskedFor: boolean
  price: Price | null
  timeouts: Timeouts
  circuitBreaker: CircuitBreaker
}

export function toTarget(model: ModelConfig & { connection: { state: 'known' } }): Target {
  const { baseUrl, apiKey, upstreamModel, headers, aws, unusedProxy } = model.connection
  const provider: Provider = providers[model.provider]
  const url = new URL(baseUrl)
  return {
    name: model.name,
    connectionId: createHash('sha256')
      .update(JSON.stringify([model.provider, model.connection]))
      .digest('hex'),
    provider: model.provider,
    upstreamModel,
    dialect: provider.dialect,
    baseUrl,
    origin: url.origin,
    path: `${url.pathname.replace(/\/+$/, '')}/chat/completions${url.search}`,
    headers: {
      'content-type': 'application/json',
      // Compression would deliver tokens in lumps, and hide them from the watch.
      'accept-encoding': 'identity',
      // Some front doors turn away requests that name no agent.
      'user-agent': 'drag-race-gateway',
      ...(apiKey === null ? {} : toAuthHeader(provider.auth, apiKey)),
      ...headers?.sent,
    },
    secrets: [apiKey ?? [], headers?.secrets ?? [], aws?.credentials.sessionToken ?? []].flat(),
    aws: aws ?? null,
    connectHint: unusedProxy ? ` ${unusedProxy} is set, but this gateway does not use it.` : '',
    isUsageAskedFor: provider.isUsageAskedFor,
    price: model.price,
    timeouts: model.timeouts,
    circuitBreaker: model.circuitBreaker,
  }
}

/** For words about it: `site-b (custom)`. Several may have one provider, so that its name alone tells little. */
export function toTargetWords({ name, provider }: Pick<Target, 'name' | 'provider'>): string {
  return `${shortenName(name)} (${provider})`
}

function toAuthHeader(auth: Provider['auth'], key: string): Record<string, string> {
  return auth === 'bearer' ? { authorization: `Bearer ${key}` } : { [auth]: key }
}
