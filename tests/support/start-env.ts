/** The variables with which tests start the project as a user does, so that several can run beside each other. */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './programs.ts'

export async function freeEnv(): Promise<Record<string, string>> {
  const [PORT, GATEWAY_PORT, GATEWAY_METRICS_PORT, SIMULATOR_PORT] = await Promise.all(
    [1, 2, 3, 4].map(freePort),
  )
  const ports = { PORT, GATEWAY_PORT, GATEWAY_METRICS_PORT, SIMULATOR_PORT }
  return {
    ...Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, String(port)])),
    DATABASE_URL: `file:${join(mkdtempSync(join(tmpdir(), 'start-')), 'races.db')}`,
    GATEWAY_DISCOVERY: 'off',
    GATEWAY_BOOKS: 'off',
    // Other tests need the cores too.
    REAL_TIME: 'off',
    // A second start must not use the network: no registry answers here.
    npm_config_registry: 'http://127.0.0.1:9/',
  }
}

export const simulated = { name: 'sim', provider: 'simulator', params: { model: 'fast-small' } }

export function withModels(models: object[]): Record<string, string> {
  const config = join(mkdtempSync(join(tmpdir(), 'start-')), 'gateway.yaml')
  // JSON is YAML.
  writeFileSync(config, JSON.stringify({ llm: { models } }))
  return { GATEWAY_CONFIG: config }
}
