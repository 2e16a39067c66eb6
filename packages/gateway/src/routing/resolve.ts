/** The name in a caller's `model` → the target that answers to it. */
import { GatewayError } from '../errors.ts'
import { nearest } from '../nearest.ts'
import type { Target } from '../upstream/target.ts'
import type { Catalogue } from './catalogue.ts'

/** Throws `model_not_found` with the nearest names, or `model_unavailable` with what to set. */
export function resolve(catalogue: Catalogue, name: string): Target {
  const entry = catalogue.find(name)
  if (!entry) throw unknownModel(catalogue, name)
  if (entry.route.state === 'open') return entry.route.target
  throw new GatewayError(
    'model_unavailable',
    `The model ${quote(name)} cannot be called yet. ${entry.route.reason}`,
  )
}

export function unknownModel(catalogue: Catalogue, name: string): GatewayError {
  const near = nearest(
    name,
    catalogue.list().map((entry) => entry.name),
  )
  const hint = near.length > 0 ? `Did you mean ${near.map(quote).join(' or ')}? ` : ''
  return new GatewayError(
    'model_not_found',
    `No model is called ${quote(name)}. ${hint}GET /v1/models lists them all; gateway.yaml adds one.`,
  )
}

/** A hostile name is shown no longer than this. */
const nameCharsMax = 200

function quote(name: string): string {
  return JSON.stringify(name.slice(0, nameCharsMax))
}
