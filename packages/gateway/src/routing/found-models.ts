/**
 * The models that were found running nearby. What was found stays until the process ends, for as long as the config still
 * names its server; how such a model is treated is always the word of the config that holds now.
 */
import type { Config, DiscoveryConfig, ModelConfig } from '../config/load.ts'

export interface FoundModels {
  /** The last list of a server counts. */
  note(server: DiscoveryConfig, ids: readonly string[]): void
  /** Of the servers that this config names. */
  of(config: Config): ModelConfig[]
}

export function createFoundModels(): FoundModels {
  /** An entry a server that ever stood in the config, with no more ids than `discover.ts` reads. */
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
