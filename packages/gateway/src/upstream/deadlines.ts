/**
 * How long an attempt may take: to connect, to the beginning of its answer, and from one read to the next after that.
 *
 * The deadline of the whole call is not here, because it spans all attempts. The idle deadline runs only while the
 * relay waits for the provider: the time in which it waits for a slow caller is not the provider's.
 */
import { type ErrorCode, GatewayError } from '../errors.ts'
import { type Target, toTargetWords } from './target.ts'

export interface Deadlines {
  /** There is no connection yet. */
  connecting(): void
  /** The connection is open, and the request is on its way. */
  connected(): void
  /** The answer has begun, with its first token or with the start of a part: the idle deadline applies from now on. */
  begun(): void
  /** The answer is complete; only the end of its body is missing. */
  done(): void
  /** The relay waits for the provider. */
  waiting(): void
  /** The provider has sent something. */
  heard(): void
  /** The attempt is over: stops all timers. */
  clear(): void
}

/** Some providers never end the body of a finished answer. The caller, and its place in the limits, wait no longer. */
const closeMs = 1_000

export function createDeadlines(
  target: Pick<Target, 'name' | 'provider' | 'connectHint' | 'timeouts'>,
  isStream: boolean,
  giveUp: (reason: GatewayError) => void,
): Deadlines {
  const { connectMs, firstTokenMs, answerMs, idleMs } = target.timeouts
  const who = toTargetWords(target)
  const after = (ms: number, code: ErrorCode, what: string) =>
    setTimeout(() => giveUp(new GatewayError(code, `${who} ${what}`)), ms)
  const noBeginning = (ms: number, code: ErrorCode, what: string, key: string) =>
    after(ms, code, `sent no ${what} within ${ms} ms. Try again, or raise timeouts.${key} in gateway.yaml.`)

  let connect: NodeJS.Timeout | undefined
  let beginning: NodeJS.Timeout | undefined
  if (isStream) beginning = noBeginning(firstTokenMs, 'first_token_timeout', 'token', 'firstTokenMs')
  else if (answerMs !== null) beginning = noBeginning(answerMs, 'answer_timeout', 'answer', 'answerMs')
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
      clearTimeout(beginning)
      hasBegun = true
    },
    done() {
      if (isOver || isDone) return
      isDone = true
      clearTimeout(idle)
      idle = setTimeout(
        () => giveUp(new GatewayError('idle_timeout', `${who} did not end its answer after the last event.`)),
        closeMs,
      )
    },
    waiting() {
      isWaiting = true
      // The relay never waits for an answer that came whole, so that needs no timer.
      if (hasBegun && !isDone) idle = idle?.refresh() ?? setTimeout(fellSilent, idleMs)
    },
    heard() {
      isWaiting = false
    },
    clear() {
      isOver = true
      clearTimeout(connect)
      clearTimeout(beginning)
      clearTimeout(idle)
    },
  }
}
