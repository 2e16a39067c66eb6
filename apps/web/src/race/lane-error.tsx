/** Why a lane did not finish: what happened, the status, what was tried, when to try again, and a button for that. */
import type { LaneState } from '@drag-race/contracts'
import { toCount } from '../look/figures.ts'
import { toAttempts } from './slip-rows.ts'

export function LaneError({
  lane,
  onRerun,
}: {
  lane: LaneState
  /** Left out where the lane cannot be run again. */
  onRerun?: ((lane: number) => void) | undefined
}) {
  if (lane.outcome?.kind !== 'failed') return null
  const { message, code, status, retryAfterMs, gateway, requestId } = lane.outcome.event
  const attempts = gateway?.attempts ?? []
  return (
    <div className="lane-error">
      <p>
        <strong className="lane-error-word">DNF{status === null ? '' : ` ${status}`}</strong> {message}
      </p>
      {attempts.length > 0 && <p>The gateway tried: {toAttempts(attempts).join(', ')}.</p>}
      {/* The message of a 429 says it already. */}
      {retryAfterMs !== null && status !== 429 && (
        <p>The provider asks to wait {toCount(Math.ceil(retryAfterMs / 1000))} s before the next try.</p>
      )}
      {requestId !== undefined && (
        <p className="lane-error-id">
          In the gateway’s log: <code>{requestId}</code>
        </p>
      )}
      <p className="lane-error-end">
        {onRerun && (
          <button type="button" className="button-plain" onClick={() => onRerun(lane.lane)}>
            Rerun lane<span className="visually-hidden"> {lane.lane + 1} alone</span>
          </button>
        )}
        <code className="dim">{code}</code>
      </p>
    </div>
  )
}
