/**
 * The models that were found running on this machine. A model that was found is offered until the process ends, as long
 * as the config names its server; its policies are those of the current config.
 */
import type { Config, DiscoveryConfig, ModelConfig } from '../config/load.ts'

export interface FoundModels {
  /** Replaces the server's earlier list. */
  note(server: DiscoveryConfig, ids: readonly string[]): void
  /** The models of the servers that this config names. */
  of(config: Config): ModelConfig[]
}

export function createFoundModels(): FoundModels {
  /** One entry for each server that was ever in the config, with no more ids than `discover.ts` reads. */
  const found = new Map<string, readonly string[]>()
  return {
    note(server, ids) {
      found.set(toId(server), ids)
    },
    of: (config) =>
      config.discovery.flatMap((server) =>
        (found.get(toId(server)) ?? []).map((id) => toModel(server, id, config)),
      ),
  }
}

function toId({ name, provider, baseUrl }: DiscoveryConfig): string {
  return JSON.stringify([name, provider, baseUrl])
}

function toModel(server: DiscoveryConfig, id: string, policies: Config): ModelConfig {
  const { timeouts, retry, circuitBreaker, isBreakerHeeded } = policies
  return {
    name: `${server.name}/${id}`,
    aliases: [],
    provider: server.provider,
    description: null,
    price: null,
    timeouts,
    retry,
    circuitBreaker,
    isBreakerHeeded,
    connection: { state: 'known', baseUrl: server.baseUrl, apiKey: null, upstreamModel: id },
  }
}
