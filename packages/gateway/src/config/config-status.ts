/**
 * Which config holds, since when, what it warns of, and what was wrong with the last one that was refused: for `GET /admin/config` and the
 * metrics. Faults name places and keys of the file, and hold no secret; only an admin sees them.
 */
import { Counter, Gauge, type Registry } from 'prom-client'
import type { Clock } from '../clock.ts'

export interface ConfigStatus {
  /** It holds from now on. `hash` is of the file's text, `warnings` what loading it said of it. */
  applied(hash: string, warnings: readonly string[]): void
  /** `hash` is null where the file could not even be read. */
  refused(hash: string | null, faults: readonly string[]): void
  /** The file is what holds, again or still. */
  unchanged(): void
  /** Of what holds, and of what was refused last; null: nothing was refused since it holds. */
  describe(): ConfigDescription
}

export interface ConfigDescription {
  loadedAt: string
  hash: string
  /** What holds and probably was not meant so, such as a key that does nothing. */
  warnings: readonly string[]
  refused: { at: string; hash: string | null; faults: readonly string[] } | null
}

/** Faults, and warnings, of a file of any length: nobody reads more of them. */
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
    help: 'When the config that holds was loaded, in seconds since 1970.',
    registers,
  })
  for (const outcome of ['applied', 'refused']) reloads.inc({ outcome }, 0)
  let description: ConfigDescription | null = null

  return {
    applied(hash, warnings) {
      // The first one is the start, no reload.
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
