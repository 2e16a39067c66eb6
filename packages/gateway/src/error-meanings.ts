/**
 * What each code means and what cures it, for docs/gateway-errors.md. A message says it of the one call; here it is said of all,
 * to who looks a code up that stands in the books, a metric or an alert.
 */
import type { ErrorCode } from './errors.ts'

export interface ErrorMeaning {
  means: string
  /** What the caller, or who runs the gateway, can do. */
  remedy: string
}

export const errorMeanings: Record<ErrorCode, ErrorMeaning> = {
  invalid_json: {
    means: 'The body is empty, no JSON, or not UTF-8.',
    remedy: 'Send a JSON object; the message has the place where it breaks.',
  },
  invalid_request: {
    means: 'A part of the request cannot be meant as it is written.',
    remedy: 'Correct what the message names.',
  },
  not_carried: {
    means:
      'No target can carry the request: it holds something that their dialect has no place for. Nothing was sent.',
    remedy: 'Leave out what the message names, or ask another model.',
  },
  not_http: {
    means: 'What came on the connection is no HTTP request, such as TLS to a port that speaks none.',
    remedy: 'Call the gateway with `http://`, or by the proxy that has the certificate.',
  },
  guardrail_rejected: {
    means: 'A guardrail that rejects found something in the request or in the answer.',
    remedy: 'Send the text without it, or change `llm.policies.guardrails`.',
  },
  missing_api_key: {
    means: 'The request has no key or token, and this gateway asks who calls.',
    remedy: 'Send `Authorization: Bearer <key>`.',
  },
  invalid_api_key: {
    means: 'The key belongs to nobody.',
    remedy: 'Check it, or have a new one made: `npm run gateway:key -- <id>`.',
  },
  invalid_token: {
    means: 'The JWT is refused: the message says why.',
    remedy: 'Get a new one from its issuer, or check `llm.policies.jwt`.',
  },
  budget_exceeded: {
    means: 'A hard budget that the call is under is used up.',
    remedy:
      'Wait until its period begins anew, which the message tells, or raise it in `llm.policies.budgets` or at the key.',
  },
  host_not_allowed: {
    means: 'The gateway listens on the loopback only, and was called by a name that is none of the loopback.',
    remedy:
      'Call it as 127.0.0.1 or localhost, add the name to `ALLOWED_HOSTS`, or set `HOST` to serve others.',
  },
  model_not_allowed: {
    means: 'The key or token may not call this model.',
    remedy: 'Ask one of the models that the message lists, or add it to `allowedModels`.',
  },
  admin_required: {
    means: 'The address is for admins, and the caller is none.',
    remedy: 'Use a key with `isAdmin: true`.',
  },
  not_found: {
    means: 'There is nothing at this address.',
    remedy: 'Check the path; the message names what there is.',
  },
  model_not_found: {
    means: 'No model is called so.',
    remedy: 'Name one of `GET /v1/models`, or add it to gateway.yaml.',
  },
  method_not_allowed: {
    means: 'The address takes another method.',
    remedy: 'Use the method that the message and the header `allow` name.',
  },
  request_timeout: {
    means: 'The request took longer to arrive than one may take.',
    remedy: 'Send it again, and its body at once.',
  },
  request_too_large: {
    means: 'The body is larger than the gateway takes.',
    remedy: 'Send less, or raise `llm.policies.bodyBytesMax`.',
  },
  unsupported_media_type: {
    means: 'The body is not said to be JSON, or is compressed.',
    remedy: 'Send `Content-Type: application/json` and no `Content-Encoding`.',
  },
  rate_limited: {
    means: 'A limit of requests, tokens or calls at once is reached.',
    remedy:
      'Wait as long as `retry-after` says; without it no wait helps, and the call must be smaller. Or raise the limit.',
  },
  headers_too_large: {
    means: 'The headers are larger than the gateway takes.',
    remedy: 'Send fewer or shorter ones.',
  },
  internal_error: {
    means: 'A fault of the gateway itself.',
    remedy: 'Look for the request id in its log, and report what stands there.',
  },
  upstream_unreachable: {
    means: 'There was no connection to the provider, or it closed it before it answered.',
    remedy: 'Try again; if it stays so, check `params.baseUrl`, the network and whether the provider is up.',
  },
  empty_response: {
    means: 'The provider answered with nothing.',
    remedy: 'Try again.',
  },
  bad_response: {
    means:
      'What the provider sent is no answer: a web page, a redirect, another form than was asked for, or too much.',
    remedy: 'Follow the message; often `params.baseUrl` in gateway.yaml is not the right address.',
  },
  stream_cut: {
    means: 'The provider broke off in the middle of its answer. What came is not whole.',
    remedy: 'Ask again.',
  },
  stream_error: {
    means:
      'The provider told an error inside an answer that had begun well. The status that it tells there, if any, is the answer’s.',
    remedy: 'Follow the words of the provider, which stand in the message.',
  },
  malformed_stream: {
    means:
      'The provider sent an event that cannot be read in the middle of its answer. What came is not whole.',
    remedy:
      'Ask again; if it stays so, check that the provider of the model in gateway.yaml is the right one.',
  },
  provider_error: {
    means:
      'The provider refused. Status and words of the answer, and a code in it, are its own; this code stands for them in books, log and metrics.',
    remedy: 'Follow the words of the provider.',
  },
  model_unavailable: {
    means:
      'The model is in gateway.yaml and cannot be called: its key is missing, or the server that it needs was not found.',
    remedy: 'Set the variable that the message names, or start the server; then restart the gateway.',
  },
  out_of_file_handles: {
    means: 'The gateway has no file handle left for a connection to the provider.',
    remedy: 'Try again, or raise `ulimit -n`: a running call takes two.',
  },
  targets_resting: {
    means: 'The last calls to every target failed, and their circuit breakers let none through yet.',
    remedy: 'Wait as long as `retry-after` says; `GET /admin/targets` shows how they stand.',
  },
  gateway_shutdown: {
    means: 'The gateway stops, and the call ran longer than it waits. What came is not whole.',
    remedy: 'Send the request again; raise `GATEWAY_DRAIN_MS` if answers take longer.',
  },
  auth_unavailable: {
    means: 'The keys that tokens are checked with cannot be loaded from their issuer, or cannot be used.',
    remedy: 'Try again; if it stays so, check `llm.policies.jwt.jwks` and what the message says of it.',
  },
  books_unavailable: {
    means:
      'The books cannot be read, or are not kept: what was spent of a hard budget, or the usage, is not known. Or they cannot be copied.',
    remedy: 'Try again; if it stays so, the log says why, or for a copy the message.',
  },
  upstream_timeout: {
    means: 'There was no connection to the provider within `timeouts.connectMs`.',
    remedy: 'Try again; if it stays so, check `params.baseUrl` and the network, or raise it.',
  },
  first_token_timeout: {
    means: 'The provider sent no token within `timeouts.firstTokenMs`.',
    remedy: 'Try again, or raise it: models that think long before they write need more.',
  },
  answer_timeout: {
    means: 'The provider sent no answer within `timeouts.answerMs` to a call that does not stream.',
    remedy: 'Try again, or raise it: a long answer that is not streamed takes as long as writing it.',
  },
  idle_timeout: {
    means:
      'The provider fell silent in the middle of its answer for longer than `timeouts.idleMs`. What came is not whole.',
    remedy: 'Ask again, or raise it.',
  },
  total_timeout: {
    means: 'The call took longer than `timeouts.totalMs`, all its attempts together.',
    remedy: 'Ask for less, or raise it: another try would take as long.',
  },
}
