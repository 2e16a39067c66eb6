/**
 * The forms in which callers read an error: OpenAI's envelope, and for `POST /v1/messages` that of Anthropic, whose
 * clients find neither message nor type in the other. In a stream of `/v1/responses` an error is an event with a type
 * and a number; some clients read it there, others in the envelope, so it has both.
 */
import type { GatewayReport } from '@drag-race/contracts'
import { encodeEvent } from '@drag-race/wire'
import { typeOf } from './dialects/fault.ts'
import { isRecord, parseJson, record } from './dialects/read-json.ts'
import { type Endpoint, type EndpointFacts, endpoints } from './endpoints.ts'
import { type GatewayError, ProviderError } from './errors.ts'
import { withReport } from './relay/report.ts'

export type ErrorForm = EndpointFacts['dialect'] | 'responses'

export function toErrorForm(endpoint: Endpoint): ErrorForm {
  return endpoint === 'responses' ? endpoint : endpoints[endpoint].dialect
}

export interface FormContext {
  form: ErrorForm
  requestId: string
  /** The number of the next event. */
  eventNumber: number
}

/** The body of an answer: the provider's own bytes where they have the form already. */
export function toErrorBody(
  error: GatewayError,
  context: FormContext,
  report: GatewayReport | null,
): string | Uint8Array {
  if (error instanceof ProviderError && hasForm(error.body, context.form)) {
    return report ? withReportInRefusal(error.body, report) : error.body
  }
  return JSON.stringify({ ...toEnvelope(error, context), ...(report && { gateway: report }) })
}

/** Some providers wrap the envelope in a list, which has no place for a report. */
function withReportInRefusal(body: Uint8Array, report: GatewayReport): Uint8Array {
  const json = parseJson(Buffer.from(body).toString())
  return isRecord(json) ? withReport(body, json, report) : body
}

/** The last event of a stream; `more` is sent beside the error. */
export function toErrorEvent(error: GatewayError, context: FormContext, more: object): string {
  const { form, eventNumber } = context
  const { code, message } = error
  const asEvent = { type: 'error', sequence_number: eventNumber, code, message, param: null }
  const data = JSON.stringify({
    ...(form === 'responses' && asEvent),
    ...toEnvelope(error, context),
    ...more,
  })
  return encodeEvent(form === 'openai' ? { data } : { event: 'error', data })
}

/** `dialects/openai/error-reader.ts` gives every refusal OpenAI's form, or leaves it in Anthropic's. */
function hasForm(body: Uint8Array, form: ErrorForm): boolean {
  if (form !== 'anthropic') return true
  const { type, error } = record(parseJson(Buffer.from(body).toString()))
  return type === 'error' && typeof record(error).message === 'string'
}

function toEnvelope({ message, code, status }: GatewayError, { form, requestId }: FormContext): object {
  if (form !== 'anthropic') return { error: { message, type: typeOf(status), code, param: null } }
  return { type: 'error', error: { type: anthropicTypeOf(status), message }, request_id: requestId }
}

/** As listed in Anthropic's own client. */
function anthropicTypeOf(status: number): string {
  switch (status) {
    case 401:
      return 'authentication_error'
    case 402:
      return 'billing_error'
    case 403:
      return 'permission_error'
    case 404:
      return 'not_found_error'
    case 413:
      return 'request_too_large'
    case 429:
      return 'rate_limit_error'
    case 503:
    case 529:
      return 'overloaded_error'
    case 504:
      return 'timeout_error'
    default:
      return status >= 500 ? 'api_error' : 'invalid_request_error'
  }
}
