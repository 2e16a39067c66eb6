/**
 * Which config is in force, since when, its warnings, and the faults of the last one that was refused since then: for
 * `GET /admin/config` and the metrics. Faults name places and keys of the file, never a secret. Only admins see them.
 */
import { Counter, Gauge, type Registry } from 'prom-client'
import type { Clock } from '../clock.ts'

export interface ConfigStatus {
  /** A config is in force from now on. `hash` is that of the file's text, `warnings` are those of loading it. */
  applied(hash: string, warnings: readonly string[]): void
  /** `hash` is null where the file could not even be read. */
  refused(hash: string | null, faults: readonly string[]): void
  /** The file was read, and holds the config that is in force. */
  unchanged(): void
  describe(): ConfigDescription
}

export interface ConfigDescription {
  loadedAt: string
  hash: string
  /** About what was probably not meant, such as a key that has no effect. */
  warnings: readonly string[]
  /** The last config that was refused; null when none was since this one is in force. */
  refused: Refused | null
}

export interface Refused {
  at: string
  hash: string | null
  faults: readonly string[]
}

/** A long file can have any number of faults or warnings; nobody reads more than this. */
const linesMax = 100

export function createConfigStatus(registry: Registry, { date }: Pick<Clock, 'date'>): ConfigStatus {
  const registers = [registry]
  const reloads = new Counter({
    name: 'gateway_config_reloads_total',
    help: 'Changes of gateway.yaml while the gateway runs: outcome applied or refused.',
    labelNames: ['outcome'],
    registers,
  })
  const lastSuccess = new Gauge({
    name: 'gateway_config_last_reload_success_timestamp_seconds',
    help: 'When the config in force was loaded, in seconds since 1970.',
    registers,
  })
  for (const outcome of ['applied', 'refused']) reloads.inc({ outcome }, 0)
  let description: ConfigDescription | null = null

  return {
    applied(hash, warnings) {
      // The first config is that of the start, not a reload.
      if (description) reloads.inc({ outcome: 'applied' })
      const at = date()
      lastSuccess.set(at.getTime() / 1000)
      description = {
        loadedAt: at.toISOString(),
        hash,
        warnings: warnings.slice(0, linesMax),
        refused: null,
      }
    },
    refused(hash, faults) {
      reloads.inc({ outcome: 'refused' })
      const refused = { at: date().toISOString(), hash, faults: faults.slice(0, linesMax) }
      if (description) description = { ...description, refused }
    },
    unchanged() {
      if (description) description = { ...description, refused: null }
    },
    describe: () => description ?? { loadedAt: '', hash: '', warnings: [], refused: null },
  }
}
