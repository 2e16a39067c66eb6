/**
 * gateway.yaml → the checked config that the gateway runs on, or all its faults at once.
 *
 * A missing variable of a model is no fault: the model is unavailable and names the variable, and the gateway starts.
 */
import { nearest } from '@drag-race/contracts'
import { type Document, LineCounter, parseDocument, visit } from 'yaml'
import type { ProviderName } from '../upstream/providers.ts'
import { type AdmissionConfig, toAdmissionConfig } from './admission.ts'
import type { BooksPolicy } from './budgets-schema.ts'
import type { CachePolicy } from './cache-schema.ts'
import { baseUrlOf, type Connection, toConnection } from './connection.ts'
import { crossCheck } from './cross-check.ts'
import { type Fault, toFaults, toLines } from './faults.ts'
import type { Guardrail } from './guardrails-schema.ts'
import {
  type CircuitBreaker,
  circuitBreakerDefault,
  override,
  type Retry,
  retryDefault,
  retryOfModels,
  type Timeouts,
  timeoutsDefault,
} from './policies.ts'
import { fillIn } from './policy-variables.ts'
import { record } from './raw.ts'
import { resolveReferences, type Variables } from './references.ts'
import { type DiscoveryServer, GatewayFile, type ModelEntry, type Price } from './schema.ts'
import { toVirtualModel, type VirtualModelConfig } from './virtual-models.ts'

/** Its own policies (`ModelPolicies`) are for models that are found at start and have no entry in the file. */
export interface Config extends ModelPolicies {
  models: ModelConfig[]
  virtualModels: VirtualModelConfig[]
  discovery: DiscoveryConfig[]
  /** The longest body of a request. */
  bodyBytesMax: number
  admission: AdmissionConfig
  guardrails: Guardrail[]
  cache: CachePolicy
  books: BooksPolicy
}

/** How a model is called by its own name. Deadlines and breaker apply also where it is a target of a virtual model. */
export interface ModelPolicies {
  timeouts: Timeouts
  retry: Retry
  circuitBreaker: CircuitBreaker
  /**
   * Whether an open breaker refuses calls that name the model itself: only if the config sets a breaker. Such a call
   * has no other target, and somebody who races a failing model wants to see it fail.
   */
  isBreakerHeeded: boolean
}

export interface ModelConfig extends ModelPolicies {
  name: string
  aliases: readonly string[]
  provider: ProviderName
  description: string | null
  price: Price | null
  connection: Connection
}

export interface DiscoveryConfig {
  name: string
  provider: ProviderName
  baseUrl: string
}

export type Loaded =
  | { isValid: true; config: Config; warnings: string[] }
  | { isValid: false; faults: string[]; warnings: string[] }

/** `variables` are what `$NAME` refers to; `SIMULATOR_URL` among them is the simulator's address. */
export function loadConfig(text: string, variables: Variables): Loaded {
  const lines = new LineCounter()
  const document = parseDocument(text, { merge: true, lineCounter: lines, prettyErrors: false })
  const read = toValue(document, lines)
  if (!read.isYaml) return { isValid: false, faults: read.faults, warnings: [] }
  const places = { document, lines }
  const warnings = toLines(foreignKeys(read.value), places)
  const parsed = GatewayFile.safeParse(read.value, { reportInput: true })
  const faults = [
    ...(parsed.success ? [] : toFaults(parsed.error.issues)),
    ...crossCheck(read.value, variables),
  ]
  if (!parsed.success || faults.length > 0) {
    return { isValid: false, faults: toLines(faults, places), warnings }
  }
  return { isValid: true, config: toConfig(parsed.data, variables), warnings }
}

type Read = { isYaml: true; value: unknown } | { isYaml: false; faults: string[] }

function toValue(document: Document, lines: LineCounter): Read {
  if (document.errors.length > 0) {
    const faults = document.errors.map(({ message, pos }) => `line ${lines.linePos(pos[0]).line}: ${message}`)
    return { isYaml: false, faults }
  }
  try {
    return { isYaml: true, value: document.toJS() ?? {} }
  } catch (error) {
    // What is merged (`<<`) is not a map, or there are so many aliases that they would fill the memory.
    const lost = lostAliases(document, lines)
    return { isYaml: false, faults: lost.length > 0 ? lost : [(error as Error).message] }
  }
}

function lostAliases(document: Document, lines: LineCounter): string[] {
  const faults: string[] = []
  visit(document, {
    Alias(_key, alias) {
      if (alias.resolve(document)) return
      const { source, range } = alias
      const { line } = lines.linePos(range?.[0] ?? 0)
      faults.push(`line ${line}: *${source} has no anchor; put &${source} before what it should repeat`)
    },
  })
  return faults
}

function toConfig({ llm }: GatewayFile, variables: Variables): Config {
  const policies = toPolicies(llm.policies, {
    timeouts: timeoutsDefault,
    retry: retryOfModels,
    circuitBreaker: circuitBreakerDefault,
    isBreakerHeeded: false,
  })
  return {
    ...policies,
    bodyBytesMax: llm.policies.bodyBytesMax,
    admission: toAdmissionConfig(llm.policies, variables),
    guardrails: llm.policies.guardrails,
    cache: llm.policies.cache,
    books: toBooks(llm.policies.books, variables),
    models: llm.models.map((entry) => ({
      name: entry.name,
      aliases: entry.aliases,
      provider: entry.provider,
      description: entry.description ?? null,
      price: entry.price ?? null,
      ...toPolicies(entry, policies),
      connection: toConnection(entry, variables),
    })),
    virtualModels: llm.virtualModels.map((entry) => toVirtualModel(entry, llm.policies)),
    discovery: llm.discovery.flatMap((server) => toDiscovery(server, variables)),
  }
}

function toBooks({ file, ...books }: BooksPolicy, variables: Variables): BooksPolicy {
  return file === undefined ? books : { ...books, file: fillIn(file, variables) }
}

type OwnPolicies = Pick<ModelEntry, 'timeouts' | 'retry' | 'circuitBreaker'>

function toPolicies(own: OwnPolicies, base: ModelPolicies): ModelPolicies {
  return {
    timeouts: override(base.timeouts, own.timeouts),
    // A `retry` in the config turns retries on, even if it leaves out `attempts`.
    retry: override(own.retry && base.retry === retryOfModels ? retryDefault : base.retry, own.retry),
    circuitBreaker: override(base.circuitBreaker, own.circuitBreaker),
    isBreakerHeeded: base.isBreakerHeeded || own.circuitBreaker !== undefined,
  }
}

function toDiscovery(server: DiscoveryServer, variables: Variables): DiscoveryConfig[] {
  const baseUrl = resolveReferences(server.baseUrl ?? baseUrlOf(server.provider, variables), variables)
  if (baseUrl.state === 'missing') return []
  return [{ name: server.name ?? server.provider, provider: server.provider, baseUrl: baseUrl.text }]
}

/** Top-level keys of agentgateway are ignored here. So would be a misspelt `llm`, hence a warning for each. */
function foreignKeys(value: unknown): Fault[] {
  return Object.keys(record(value) ?? {})
    .filter((key) => key !== 'llm')
    .map((key) => {
      const hint = nearest(key, ['llm'], 1).length > 0 ? '; did you mean "llm"?' : ''
      return { path: [key], sentence: `is not a key of this gateway and is ignored${hint}` }
    })
}
