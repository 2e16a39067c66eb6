/**
 * How long an attempt may take: to connect, to the beginning of its answer, and between two reads after it.
 *
 * The whole call's deadline is not here: it spans all attempts and belongs to the call. Time in which a slow caller is
 * waited for is not the provider's, so the idle deadline runs only while the provider is waited for.
 */
import { GatewayError } from '../errors.ts'
import { type Target, toTargetWords } from './target.ts'

export interface Deadlines {
  /** There is no connection yet. */
  connecting(): void
  /** The connection stands; the request is on its way. */
  connected(): void
  /** The answer has begun, by its first token or by a part that was opened: from here on silence is counted. */
  begun(): void
  /** All was said: what is left is to close. */
  done(): void
  /** The provider is waited for … */
  waiting(): void
  /** … and sent something. */
  heard(): void
  /** It is over: no timer is left behind. */
  clear(): void
}

/** Some providers leave the connection of a finished answer open; the caller, and its place in the limits, wait no longer. */
const closeMs = 1_000

export function createDeadlines(
  target: Pick<Target, 'name' | 'provider' | 'connectHint' | 'timeouts'>,
  hasFirstToken: boolean,
  giveUp: (reason: GatewayError) => void,
): Deadlines {
  const { connectMs, firstTokenMs, idleMs } = target.timeouts
  const who = toTargetWords(target)
  const after = (ms: number, code: 'upstream_timeout' | 'first_token_timeout', what: string) =>
    setTimeout(() => giveUp(new GatewayError(code, `${who} ${what}`)), ms)

  let connect: NodeJS.Timeout | undefined
  const firstToken = hasFirstToken
    ? after(
        firstTokenMs,
        'first_token_timeout',
        `sent no token within ${firstTokenMs} ms. Try again, or raise timeouts.firstTokenMs in gateway.yaml.`,
      )
    : undefined
  let idle: NodeJS.Timeout | undefined
  let hasBegun = false
  let isWaiting = false
  let isOver = false
  let isDone = false
  const fellSilent = () => {
    const message = `${who} fell silent for ${idleMs} ms in the middle of its answer.`
    if (isWaiting) giveUp(new GatewayError('idle_timeout', message))
  }

  return {
    connecting() {
      connect = after(
        connectMs,
        'upstream_timeout',
        `could not be reached within ${connectMs} ms.${target.connectHint}`,
      )
    },
    connected: () => clearTimeout(connect),
    begun() {
      clearTimeout(firstToken)
      if (!hasBegun && isWaiting && !isOver && !isDone) idle = setTimeout(fellSilent, idleMs)
      hasBegun = true
    },
    done() {
      if (isOver || isDone) return
      isDone = true
      clearTimeout(idle)
      idle = setTimeout(
        () => giveUp(new GatewayError('idle_timeout', `${who} did not close its answer.`)),
        closeMs,
      )
    },
    waiting() {
      isWaiting = true
      if (isDone) return
      // An answer that came whole is never waited for, and needs no timer.
      if (hasBegun && !isOver) idle = idle?.refresh() ?? setTimeout(fellSilent, idleMs)
    },
    heard() {
      isWaiting = false
    },
    clear() {
      isOver = true
      clearTimeout(connect)
      clearTimeout(firstToken)
      clearTimeout(idle)
    },
  }
}
