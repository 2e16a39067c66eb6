/** Where a call goes: one model at one provider, with all that a request to it needs, worked out once. */
import { createHash } from 'node:crypto'
import type { AwsAccess } from '../config/aws-access.ts'
import type { ModelConfig } from '../config/load.ts'
import type { CircuitBreaker, Timeouts } from '../config/policies.ts'
import type { Price } from '../config/schema.ts'
import { shortenName } from '../dialects/provider-words.ts'
import { type Provider, type ProviderName, providers } from './providers.ts'

export interface Target {
  /** The model's name in the config, by which callers ask for it. */
  name: string
  /** Equal for equal model, address and key: what is known of one such target holds for the other. */
  connectionId: string
  provider: ProviderName
  /** The provider's name for it. */
  upstreamModel: string
  dialect: Provider['dialect']
  baseUrl: string
  origin: string
  /** The path of the chat completions endpoint, with its query; other dialects have a path for each request. */
  path: string
  /** The provider's key and what goes with every request. */
  headers: Readonly<Record<string, string>>
  /** The key and all else that is secret in the headers, to be replaced where the provider repeats it. */
  secrets: readonly string[]
  /** What its requests are signed with; null when they are not signed. */
  aws: AwsAccess | null
  /** Added to the message when no connection could be opened; empty when there is nothing to add. */
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
      // Compressed tokens would arrive in lumps, and the watch could not read them.
      'accept-encoding': 'identity',
      // Some proxies refuse requests without a user agent.
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

/** Its name in messages: `site-b (custom)`. The provider alone says little: several targets can share it. */
export function toTargetWords({ name, provider }: Pick<Target, 'name' | 'provider'>): string {
  return `${shortenName(name)} (${provider})`
}

function toAuthHeader(auth: Provider['auth'], key: string): Record<string, string> {
  return auth === 'bearer' ? { authorization: `Bearer ${key}` } : { [auth]: key }
}
