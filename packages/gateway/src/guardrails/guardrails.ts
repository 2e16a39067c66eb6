/** Which guardrails check a call, and what they did in it. Made anew from each config. */
import type { Guardrail as GuardrailConfig } from '../config/guardrails-schema.ts'
import { type Endpoint, endpoints } from '../endpoints.ts'
import { GatewayError } from '../errors.ts'
import type { CallRoute } from '../upstream/try-targets.ts'
import { detectors } from './detectors/detectors.ts'
import { createPattern } from './pattern.ts'
import { createTextGuard, type Guardrail, type TextGuard } from './text-guard.ts'

export interface Guardrails {
  /**
   * The guardrails of the model that a call names, and of all models that it can go to. Throws `invalid_request` where
   * they check answers and the endpoint's answers cannot be checked.
   */
  of(route: Way, endpoint: Endpoint): CallGuardrails
}

type Way = Pick<CallRoute, 'name' | 'targets' | 'contextLengthFallbacks'>

export interface CallGuardrails {
  /** null: there is nothing to check. */
  request: TextGuard | null
  answer: TextGuard | null
  /** What they found so far; each guardrail once for each side. */
  readonly acted: readonly GuardrailAct[]
  /** Part of the cache's key: an answer that passed these guardrails could be rejected by those of another config. */
  readonly fingerprint: string
}

/** What a guardrail did, never what it found. */
export interface GuardrailAct {
  guardrail: string
  action: 'mask' | 'reject'
  on: 'request' | 'response'
}

export const noGuardrails: CallGuardrails = { request: null, answer: null, acted: [], fingerprint: '' }

export function createGuardrails(configs: readonly GuardrailConfig[]): Guardrails {
  const compiled = configs.map((config) => ({ config, guardrail: toGuardrail(config) }))
  return {
    of(route, endpoint) {
      if (compiled.length === 0) return noGuardrails
      const models = toModels(route)
      const meant = compiled.filter(
        ({ config }) => config.models?.some((name) => models.includes(name)) ?? true,
      )
      if (meant.length === 0) return noGuardrails
      const acted: GuardrailAct[] = []
      const open = (on: GuardrailAct['on']): TextGuard | null => {
        const own = meant.filter(({ config }) => config.on.includes(on)).map(({ guardrail }) => guardrail)
        if (own.length === 0) return null
        return createTextGuard(own, on === 'request' ? 'request' : 'answer', ({ name, action }) => {
          if (acted.some((act) => act.guardrail === name && act.on === on)) return
          acted.push({ guardrail: name, action, on })
        })
      }
      const answer = endpoints[endpoint].guardedAnswers === 'none' ? null : open('response')
      if (answer) checkEndpoint(endpoint, meant.find(({ config }) => config.on.includes('response'))!.config)
      return {
        request: open('request'),
        answer,
        acted,
        fingerprint: JSON.stringify(meant.map(({ config }) => config)),
      }
    },
  }
}

function toModels({ name, targets, contextLengthFallbacks }: Way): string[] {
  return [name, ...[...targets, ...contextLengthFallbacks].map((target) => target.name)]
}

function toGuardrail({ name, action, match }: GuardrailConfig): Guardrail {
  const detector = match.detector
    ? detectors[match.detector]()
    : createPattern({ label: name, source: match.regex!, flags: match.flags ?? '' })
  return { name, action, detector }
}

/** Refuses the call rather than let an unchecked answer pass. */
function checkEndpoint(endpoint: Endpoint, { name }: GuardrailConfig) {
  if (endpoints[endpoint].guardedAnswers !== 'no') return
  throw new GatewayError(
    'invalid_request',
    `The guardrail ${JSON.stringify(name)} of this gateway checks answers, which it cannot do on /v1/${endpoint}. Use /v1/chat/completions.`,
  )
}
