/** Why a lane failed, in the words of its `error` event. */
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

export const emptyResponse = new LaneFault({
  code: 'empty_response',
  message: 'The gateway answered 200 with no answer in it. Race again; if it stays so, look at its log.',
  status: 200,
})
