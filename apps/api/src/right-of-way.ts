/**
 * While lanes race, they have the right of way: questions about the past (history, tapes, exports, leaderboards) are
 * answered one at a time, and after each the app rests twice as long as it worked. So it keeps at most one core busy,
 * for a third of the time, and so does a client that asks again as soon as it is answered. The sockets of a race are
 * read on what is left.
 *
 * The lane thread alone was not enough: on two cores a token needs the simulator or the network, the gateway and the
 * reader one after the other, and each of them waited up to a slice of the scheduler (2 ms) behind a search and its
 * reader.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { RequestHandler, Response } from 'express'
import { ApiFault } from './api-fault.ts'

export interface RightOfWayParts {
  /** Called at each question: without a race nothing waits. */
  isRacing(): boolean
  /** Milliseconds of a monotonic clock. */
  nowMs(): number
  rest(ms: number): Promise<unknown>
  /** The longest that a question holds up the next: the answer can be a tape to a slow reader. */
  turnMsMax?: number
}

const restShare = 2
/** Each waiting question holds a socket and nothing else. */
const waitingMax = 64

export function createRightOfWay({
  isRacing,
  nowMs,
  rest,
  turnMsMax = 100,
}: RightOfWayParts): RequestHandler {
  let last: Promise<unknown> = Promise.resolve()
  let waiting = 0

  /** The work on an answer begins with `next`. */
  async function answer(response: Response, next: () => void) {
    if (response.closed) return
    const beganMs = nowMs()
    const over = new Promise((resolve) => response.once('close', resolve))
    next()
    await Promise.race([over, sleep(turnMsMax, undefined, { ref: false })])
    if (isRacing()) await rest(restShare * (nowMs() - beganMs))
  }

  return async (_request, response, next) => {
    if (!isRacing()) return next()
    if (waiting >= waitingMax) throw tooManyQuestions
    waiting++
    const turn = last.then(() => {
      waiting--
      return answer(response, next)
    })
    last = turn
    await turn
  }
}

const tooManyQuestions = new ApiFault(
  503,
  'race_has_right_of_way',
  'A race or a calibration runs, and too many requests about past races wait already. Ask again when it is over.',
  { retryAfterSeconds: 2 },
)
