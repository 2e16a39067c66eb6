/** Which guardrails hold for a call, and what they did in it. Made from the config, anew whenever that changes. */
import type { Guardrail as GuardrailConfig } from '../config/guardrails-schema.ts'
import { type Endpoint, endpoints } from '../endpoints.ts'
import { GatewayError } from '../errors.ts'
import type { CallRoute } from '../upstream/try-targets.ts'
import { detectors } from './detectors/detectors.ts'
import { createPattern } from './pattern.ts'
import { createTextGuard, type Guardrail, type TextGuard } from './text-guard.ts'

export interface Guardrails {
  /**
   * Those of the model that a call names, and of all that it may go to. Throws `invalid_request` where answers of the
   * endpoint would have to be checked and cannot be.
   */
  of(route: Way, endpoint: Endpoint): CallGuardrails
}

type Way = Pick<CallRoute, 'name' | 'targets' | 'contextLengthFallbacks'>

export interface CallGuardrails {
  /** null: nothing to check. */
  request: TextGuard | null
  answer: TextGuard | null
  /** What they found so far; each guardrail once for each side. */
  readonly acted: readonly GuardrailAct[]
  /** Tells guardrails of one config from those of another: an answer that these let pass may not pass others. */
  readonly fingerprint: string
}

/** Never what was found. */
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

/** Better no answer than one that nobody has checked. */
function checkEndpoint(endpoint: Endpoint, { name }: GuardrailConfig) {
  if (endpoints[endpoint].guardedAnswers !== 'no') return
  throw new GatewayError(
    'invalid_request',
    `The guardrail ${JSON.stringify(name)} of this gateway checks answers, which it cannot do on /v1/${endpoint}. Use /v1/chat/completions.`,
  )
}
