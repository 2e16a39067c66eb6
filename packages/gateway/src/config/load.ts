/**
 * gateway.yaml → the checked value that the gateway runs on, or all that is wrong with it at once.
 *
 * A missing variable is no fault: it makes its model unavailable, with the variable's name, and stops nothing.
 */
import { type Document, isMap, LineCounter, parseDocument } from 'yaml'
import { nearest } from '../nearest.ts'
import { type ProviderName, providers } from '../upstream/providers.ts'
import { type AdmissionConfig, toAdmissionConfig } from './admission.ts'
import { crossCheck } from './cross-check.ts'
import { type Fault, toFaults, toLines } from './faults.ts'
import { resolveReferences, type Variables } from './references.ts'
import {
  type DiscoveryServer,
  GatewayFile,
  type ModelEntry,
  type Price,
  type Timeouts,
  timeoutsDefault,
} from './schema.ts'

export interface Config {
  models: ModelConfig[]
  discovery: DiscoveryConfig[]
  /** For models that are found, not written down. */
  timeouts: Timeouts
  admission: AdmissionConfig
}

export interface ModelConfig {
  name: string
  provider: ProviderName
  description: string | null
  price: Price | null
  timeouts: Timeouts
  connection: Connection
}

export type Connection =
  | { state: 'known'; baseUrl: string; apiKey: string | null; upstreamModel: string }
  | { state: 'unknown'; missing: string | null; reason: string }

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
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const read = toValue(document, lines)
  if (!read.isYaml) return { isValid: false, faults: read.faults, warnings: [] }
  const places = { document, lines }
  const warnings = toLines(foreignKeys(document), places)
  const parsed = GatewayFile.safeParse(read.value)
  const faults = [
    ...(parsed.success ? [] : toFaults(parsed.error.issues, places)),
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
    // An alias without its anchor, or so many of them that they would fill the memory.
    return { isYaml: false, faults: [(error as Error).message] }
  }
}

function toConfig({ llm }: GatewayFile, variables: Variables): Config {
  const timeouts = override(timeoutsDefault, llm.policies.timeouts)
  return {
    timeouts,
    admission: toAdmissionConfig(llm.policies, variables),
    models: llm.models.map((entry) => ({
      name: entry.name,
      provider: entry.provider,
      description: entry.description ?? null,
      price: entry.price ?? null,
      timeouts: override(timeouts, entry.timeouts),
      connection: toConnection(entry, variables),
    })),
    discovery: llm.discovery.flatMap((server) => toDiscovery(server, variables)),
  }
}

function toConnection({ name, provider, params }: ModelEntry, variables: Variables): Connection {
  const { keyVariable } = providers[provider]
  const apiKey = resolveReferences(params.apiKey ?? (keyVariable ? `$${keyVariable}` : ''), variables)
  const baseUrl = resolveReferences(params.baseUrl ?? baseUrlOf(provider, variables), variables)
  const upstreamModel = resolveReferences(params.model ?? name, variables)
  if (apiKey.state === 'missing') return unknown(apiKey.variable)
  if (baseUrl.state === 'missing') return unknown(baseUrl.variable)
  if (upstreamModel.state === 'missing') return unknown(upstreamModel.variable)
  // A line end or a typographic quote in a key would only show as a provider's 401.
  if (!/^[\x21-\x7e]*$/.test(apiKey.text)) {
    return {
      state: 'unknown',
      missing: null,
      reason: `Its key holds a space or a character that no key has. Correct \`params.apiKey\` of ${name}, or the variable that it names, and restart the gateway.`,
    }
  }
  return {
    state: 'known',
    baseUrl: baseUrl.text,
    apiKey: apiKey.text || null,
    upstreamModel: upstreamModel.text,
  }
}

function unknown(variable: string): Connection {
  return {
    state: 'unknown',
    missing: variable,
    reason: `Set ${variable} in .env or the environment, and restart the gateway.`,
  }
}

function toDiscovery(server: DiscoveryServer, variables: Variables): DiscoveryConfig[] {
  const baseUrl = resolveReferences(server.baseUrl ?? baseUrlOf(server.provider, variables), variables)
  if (baseUrl.state === 'missing') return []
  return [{ name: server.name ?? server.provider, provider: server.provider, baseUrl: baseUrl.text }]
}

function baseUrlOf(provider: ProviderName, variables: Variables): string {
  if (provider === 'simulator') return `${(variables.SIMULATOR_URL ?? '').replace(/\/+$/, '')}/v1`
  return providers[provider].baseUrl ?? ''
}

function override(base: Timeouts, own: { [Key in keyof Timeouts]?: number | undefined } = {}): Timeouts {
  return {
    connectMs: own.connectMs ?? base.connectMs,
    firstTokenMs: own.firstTokenMs ?? base.firstTokenMs,
    idleMs: own.idleMs ?? base.idleMs,
    totalMs: own.totalMs ?? base.totalMs,
  }
}

/** agentgateway's other top-level keys mean nothing here; a slip of the finger would silently mean nothing either. */
function foreignKeys({ contents }: Document): Fault[] {
  if (!isMap(contents)) return []
  return contents.items
    .map(({ key }) => String(key))
    .filter((key) => key !== 'llm')
    .map((key) => {
      const hint = nearest(key, ['llm'], 1).length > 0 ? '; did you mean "llm"?' : ''
      return { path: [key], sentence: `is not a key of this gateway and is ignored${hint}` }
    })
}
