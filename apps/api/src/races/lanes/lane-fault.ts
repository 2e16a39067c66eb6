import { toCode } from './readable.ts'

/** Why a lane failed, with the fields of its `error` event. */
export class LaneFault extends Error {
  override name = 'LaneFault'
  readonly code: string
  readonly status: number | null
  readonly retryAfterMs: number | null

  constructor(fault: {
    code: string
    message: string
    status?: number | null
    retryAfterMs?: number | null
  }) {
    super(fault.message)
    this.code = fault.code
    this.status = fault.status ?? null
    this.retryAfterMs = fault.retryAfterMs ?? null
  }
}

export function emptyResponse(status: number | null): LaneFault {
  return new LaneFault({
    code: 'empty_response',
    message: `The gateway answered ${status} without an answer in it. Race again; if that does not help, look at the gateway's log.`,
    status,
  })
}

/** The answer is whole, but empty. It is an error, or a lane could win by saying nothing. */
export function tokenless(finishReason: string | null, outputTokens: number): LaneFault {
  const reason = toCode(finishReason)
  const ending = reason === null ? '' : ` (finish reason: ${reason})`
  const unseen =
    outputTokens > 0
      ? ` ${outputTokens} output tokens were counted but not sent, as with hidden reasoning. Allow more tokens.`
      : ' Race again.'
  return new LaneFault({
    code: 'no_token',
    message: `The answer ended without a token${ending}.${unseen}`,
    status: 200,
  })
}
