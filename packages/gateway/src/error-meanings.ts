/**
 * What each code means and what helps, for docs/gateway-errors.md. A message explains one call; this is for somebody
 * who looks up a code from the books, a metric or an alert.
 */
import type { ErrorCode } from './errors.ts'

export interface ErrorMeaning {
  means: string
  /** What the caller, or the operator of the gateway, can do. */
  remedy: string
}

export const errorMeanings: Record<ErrorCode, ErrorMeaning> = {
  invalid_json: {
    means: 'The body is empty, not JSON, or not UTF-8.',
    remedy: 'Send a JSON object; the message says where it breaks.',
  },
  invalid_request: {
    means: 'A part of the request is missing or wrong.',
    remedy: 'Correct what the message names.',
  },
  not_carried: {
    means:
      'No target can be sent the request: it holds something that their dialects cannot express. Nothing was sent.',
    remedy: 'Leave out what the message names, or ask another model.',
  },
  not_http: {
    means:
      'The bytes on the connection are not an HTTP request, such as TLS to a port that does not speak it.',
    remedy: 'Call the gateway with `http://`, or through the proxy that has the certificate.',
  },
  guardrail_rejected: {
    means: 'A guardrail with the action `reject` found something in the request or in the answer.',
    remedy: 'Send the text without it, or change `llm.policies.guardrails`.',
  },
  missing_api_key: {
    means: 'The request has no key or token, and this gateway needs one.',
    remedy: 'Send `Authorization: Bearer <key>`.',
  },
  invalid_api_key: {
    means: 'The gateway does not know the key.',
    remedy: 'Check it, or have a new one made: `npm run gateway:key -- <id>`.',
  },
  invalid_token: {
    means: 'The JWT is refused: the message says why.',
    remedy: 'Get a new one from its issuer, or check `llm.policies.jwt`.',
  },
  budget_exceeded: {
    means: 'A hard budget that counts the call is used up.',
    remedy:
      'Wait for its next period, whose start the message names, or raise it in `llm.policies.budgets` or at the key.',
  },
  host_not_allowed: {
    means:
      'The gateway listens on the loopback only, and was called by a name that is not one of the loopback.',
    remedy:
      'Call it as 127.0.0.1 or localhost, add the name to `ALLOWED_HOSTS`, or run it by itself (`npm run gateway`) with `HOST` set to serve others.',
  },
  model_not_allowed: {
    means: 'The key or token is not allowed to call this model.',
    remedy: 'Use one of the models that the message lists, or add it to `allowedModels`.',
  },
  admin_required: {
    means: 'The address is only for admins, and the caller is not one.',
    remedy: 'Use a key with `isAdmin: true`.',
  },
  not_found: {
    means: 'There is nothing at this address.',
    remedy: 'Check the path; the message names the addresses that exist.',
  },
  model_not_found: {
    means: 'No model has this name.',
    remedy: 'Name one of `GET /v1/models`, or add it to gateway.yaml.',
  },
  method_not_allowed: {
    means: 'The address takes another method.',
    remedy: 'Use the method that the message and the header `allow` name.',
  },
  request_timeout: {
    means: 'The request took too long to arrive.',
    remedy: 'Send it again, with its body at once.',
  },
  request_too_large: {
    means: 'The body is larger than the gateway accepts.',
    remedy: 'Send less, or raise `llm.policies.bodyBytesMax`.',
  },
  unsupported_media_type: {
    means: 'The body is not declared as JSON, or is compressed.',
    remedy: 'Send `Content-Type: application/json` and no `Content-Encoding`.',
  },
  rate_limited: {
    means: 'A limit of requests, tokens or calls at once is reached.',
    remedy:
      'Wait as long as `retry-after` says; without it waiting does not help, and the call must be smaller. Or raise the limit.',
  },
  headers_too_large: {
    means: 'The headers are larger than the gateway accepts.',
    remedy: 'Send fewer or shorter ones.',
  },
  internal_error: {
    means: 'An error in the gateway itself.',
    remedy: 'Look for the request id in its log, and report what the log says.',
  },
  upstream_unreachable: {
    means: 'The provider could not be reached, or closed the connection before it answered.',
    remedy:
      'Try again; if that does not help, check `params.baseUrl`, the network and whether the provider is up.',
  },
  empty_response: {
    means: 'The provider sent an empty answer.',
    remedy: 'Try again.',
  },
  bad_response: {
    means:
      'The provider sent something that is not an answer: a web page, a redirect, another form than was asked for, or too much.',
    remedy: 'Follow the message; often `params.baseUrl` in gateway.yaml is not the right address.',
  },
  stream_cut: {
    means: 'The provider broke off in the middle of its answer, which is not whole.',
    remedy: 'Send the request again.',
  },
  stream_error: {
    means:
      'The provider sent an error inside an answer that had a good status. If the error has a status, the answer gets it.',
    remedy: 'Follow the message, which has the words of the provider.',
  },
  malformed_stream: {
    means: 'The provider sent an event that cannot be read in the middle of its answer, which is not whole.',
    remedy:
      'Try again; if that does not help, check that the provider of the model in gateway.yaml is the right one.',
  },
  provider_error: {
    means:
      'The provider refused. Status, message and code of the answer are its own; log, audit, books and metrics have its status as the code, such as `http_429`.',
    remedy: 'Follow the message of the provider.',
  },
  model_unavailable: {
    means:
      'The model is in gateway.yaml but cannot be called: its key is missing, or the server that it needs was not found.',
    remedy: 'Set the variable that the message names, or start the server; then restart the gateway.',
  },
  out_of_file_handles: {
    means: 'The gateway has no file handle left for a connection to the provider.',
    remedy: 'Try again, or raise `ulimit -n`: a running call takes two.',
  },
  targets_resting: {
    means: 'The last calls to every target failed, and their circuit breakers do not let a call through yet.',
    remedy: 'Wait as long as `retry-after` says; `GET /admin/targets` shows their states.',
  },
  gateway_shutdown: {
    means: 'The gateway stops, and the call ran longer than it waits. The answer is not whole.',
    remedy: 'Send the request again; raise `GATEWAY_DRAIN_MS` if answers take longer.',
  },
  auth_unavailable: {
    means: 'The keys to check tokens cannot be loaded from their issuer, or cannot be used.',
    remedy:
      'Try again; if that does not help, check `llm.policies.jwt.jwks` and what the message says about the key.',
  },
  books_unavailable: {
    means:
      'The books cannot be read, or are not kept, so what was spent of a hard budget, or the usage, is not known. Or they cannot be copied.',
    remedy: 'Try again; if that does not help, the log says why, or for a copy the message.',
  },
  upstream_timeout: {
    means: 'There was no connection to the provider within `timeouts.connectMs`.',
    remedy: 'Try again; if that does not help, check `params.baseUrl` and the network, or raise the timeout.',
  },
  first_token_timeout: {
    means: 'The provider sent no token within `timeouts.firstTokenMs`.',
    remedy: 'Try again, or raise the timeout: models that reason long before they write need more.',
  },
  answer_timeout: {
    means: 'The provider sent no answer within `timeouts.answerMs` to a call that does not stream.',
    remedy:
      'Try again, or raise the timeout: an answer that is not streamed comes only when all of it is written.',
  },
  idle_timeout: {
    means:
      'The provider sent nothing for longer than `timeouts.idleMs` in the middle of its answer, which is not whole.',
    remedy: 'Try again, or raise the timeout.',
  },
  total_timeout: {
    means: 'The call took longer than `timeouts.totalMs`, all its attempts together.',
    remedy: 'Ask for less, or raise the timeout: a retry would take as long.',
  },
}
