/**
 * gateway.yaml's schema as JSON schema, for editors and for docs/gateway-config.md: every key with its type, default
 * and description. `pnpm gateway:docs` writes it; the gateway itself does not need it.
 */
import { z } from 'zod'
import { circuitBreakerDefault, retryDefault, timeoutsDefault } from './policies.ts'
import { GatewayFile } from './schema.ts'

/** The part of JSON schema that the file's schema uses. */
export interface JsonSchema {
  type?: string
  description?: string
  default?: unknown
  enum?: string[]
  anyOf?: JsonSchema[]
  properties?: Record<string, JsonSchema>
  required?: string[]
  items?: JsonSchema
  maxItems?: number
  additionalProperties?: JsonSchema | boolean
  minimum?: number
  maximum?: number
  exclusiveMinimum?: number
}

export function toConfigJsonSchema(): JsonSchema {
  // Draft 7, because YAML language servers support it best.
  const schema = z.toJSONSchema(GatewayFile, { target: 'draft-7', io: 'input' }) as JsonSchema
  const policies = schema.properties?.llm?.properties?.policies?.properties ?? {}
  // zod does not know these defaults: `override` fills them in, key by key, after the file has been parsed.
  setDefaults(policies.timeouts, timeoutsDefault)
  setDefaults(policies.retry, retryDefault)
  setDefaults(policies.circuitBreaker, circuitBreakerDefault)
  return schema
}

function setDefaults(schema: JsonSchema | undefined, defaults: object): void {
  for (const [key, value] of Object.entries(defaults)) {
    const property = schema?.properties?.[key]
    if (!property) throw new Error(`The schema of gateway.yaml has no place for the default of ${key}.`)
    property.default = value
  }
}
