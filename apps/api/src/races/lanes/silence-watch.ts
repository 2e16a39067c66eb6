/**
 * Ends a streaming lane that stays silent. One that does not stream is silent by nature; the race's deadline ends it.
 */
import { LaneFault } from './lane-fault.ts'
import type { LaneLimits } from './messages.ts'

export interface SilenceWatch {
  /** The request has left. */
  start(): void
  /** Something was read from the network; comments count. */
  heard(): void
  tokenCame(): void
  end(): void
}

export function watchSilence(
  { firstTokenMsMax, idleMsMax }: LaneLimits,
  onSilence: (fault: LaneFault) => void,
): SilenceWatch {
  let firstToken: NodeJS.Timeout | undefined
  let idle: NodeJS.Timeout | undefined
  return {
    start() {
      firstToken = setTimeout(
        () => onSilence(silent('first_token_timeout', 'No token came', firstTokenMsMax)),
        firstTokenMsMax,
      )
    },
    heard() {
      idle ??= setTimeout(() => onSilence(silent('idle_timeout', 'Nothing more came', idleMsMax)), idleMsMax)
      idle.refresh()
    },
    tokenCame: () => clearTimeout(firstToken),
    end() {
      clearTimeout(firstToken)
      clearTimeout(idle)
    },
  }
}

function silent(code: string, what: string, ms: number): LaneFault {
  return new LaneFault({
    code,
    message: `${what} within ${ms / 1000} s, so the lane was ended. The model may be overloaded: race again, or choose another.`,
  })
}
