/**
 * Asks the API and returns its answer, or throws an `ApiProblem` that says what to do. Every page's queries go through
 * here, so that a refusal, a foreign server's answer and a dead server read the same everywhere.
 */
import type { ApiError } from '@drag-race/contracts'

export class ApiProblem extends Error {
  override name = 'ApiProblem'
  readonly code: string
  /** HTTP status; 0 when no answer came. */
  readonly status: number
  readonly details: { path: string; message: string }[]

  constructor(code: string, status: number, message: string, details: ApiProblem['details'] = []) {
    super(message)
    this.code = code
    this.status = status
    this.details = details
  }
}

/** A string in `init.body` is sent as JSON, a file with the type in `init.headers`. Returns `null` for a 204. */
export async function readJson<Answer>(
  path: string,
  init: RequestInit & { body?: string | File; headers?: Record<string, string> } = {},
  fetchIt: typeof fetch = fetch,
): Promise<Answer> {
  const json: Record<string, string> =
    typeof init.body === 'string' ? { 'content-type': 'application/json' } : {}
  const headers = { accept: 'application/json', ...json, ...init.headers }
  const response = await ask(path, { ...init, headers }, fetchIt)
  return (response.status === 204 ? null : await toJson(response, init.signal)) as Answer
}

async function toJson(response: Response, signal: Signal): Promise<unknown> {
  return response.json().catch((cause: unknown) => {
    throw cause instanceof SyntaxError ? toForeignAnswer(response) : toBreak(cause, signal)
  })
}

/** Returns the response unread; throws where the API refuses or does not answer. */
export async function ask(path: string, init: RequestInit, fetchIt: typeof fetch = fetch): Promise<Response> {
  const response = await fetchIt(path, init).catch((cause: unknown) => {
    throw toBreak(cause, init.signal)
  })
  if (!response.ok) throw await toProblem(response)
  return response
}

type Signal = AbortSignal | null | undefined

/** What a connection that breaks, before its answer or within it, is to the reader; `cause` where the caller left. */
export function toBreak(cause: unknown, signal: Signal): unknown {
  if (signal?.aborted) return cause
  return new ApiProblem(
    'unreachable',
    0,
    'The app does not answer. Is it still running? Start it with npm start.',
  )
}

/** No answer came: a later request can still get one. */
export function isAway(problem: Error | null): boolean {
  return problem instanceof ApiProblem && problem.status === 0
}

/** What was asked for does not exist, or no longer does. */
export function isGone(problem: Error | null): boolean {
  return problem instanceof ApiProblem && problem.status === 404
}

/** Reads the API's error form; anything else (a proxy's page) is named by its status. */
export async function toProblem(response: Response): Promise<ApiProblem> {
  const body: unknown = await response.json().catch(() => null)
  if (isApiError(body)) {
    return new ApiProblem(body.error.code, response.status, body.error.message, body.error.details)
  }
  return toForeignAnswer(response)
}

function toForeignAnswer({ status }: Response): ApiProblem {
  return new ApiProblem(
    'foreign_answer',
    status,
    `The app answered ${status} in a form it does not use. Is something else in front of it?`,
  )
}

function isApiError(body: unknown): body is ApiError {
  const error = (body as ApiError | null)?.error
  return typeof error?.code === 'string' && typeof error.message === 'string'
}
