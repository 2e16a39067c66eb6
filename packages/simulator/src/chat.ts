/** What happens to one chat call, from top to bottom. */
import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { AnswerLibrary } from './answers/answer-library.ts'
import { writeScript } from './answers/write-script.ts'
import { parseChatRequest } from './chat-request.ts'
import type { Clock } from './clock.ts'
import { deliver } from './deliver.ts'
import { SimulatorError } from './errors.ts'
import { drawFate } from './fate.ts'
import type { Ledger } from './ledger.ts'
import { type Model, parseModelId } from './model-id.ts'
import type { Pacer } from './pacer.ts'
import type { Fate } from './profile.ts'
import type { RateLimiter } from './rate-limit.ts'
import type { Body } from './read-body.ts'
import { endsAtMs, type Schedule, toSchedule } from './schedule.ts'
import type { createSeeds } from './seed.ts'
import { createRandom } from './seeded-random.ts'

export interface ChatParts {
  answers: AnswerLibrary
  clock: Clock
  ledger: Ledger
  pacer: Pacer
  rateLimiter: RateLimiter
  seeds: ReturnType<typeof createSeeds>
  /** The id of the next completion. */
  newId(): string
}

/** The longest run that is accepted. */
const runMsMax = 3_600_000

/** Throws `SimulatorError` when the call is refused, before anything is written. */
export async function answerChat(
  { text, readAtNs: acceptedAtNs }: Body,
  response: ServerResponse,
  signal: AbortSignal,
  { answers, clock, ledger, pacer, rateLimiter, seeds, newId }: ChatParts,
): Promise<void> {
  const request = parseChatRequest(text)
  const model = parseModelId(request.model)
  const limitHeaders = rateLimiter.admit(model.id, model.profile.requestsPerMinute)

  const seed = seeds.seedOf(model, request)
  const fate = drawFate(model.profile.fates, createRandom(seed, 'fate'))
  if (fate?.kind === 'refuse') {
    await pacer.until(acceptedAtNs + BigInt(Math.round(fate.afterMs * 1e6)), signal)
    throw refusal(fate, model)
  }
  await sleep(untilOthersAreReadMs(model))
  const script = writeScript(answers.find(request.prompt), model, seed, answers.manner)
  const schedule = toSchedule({
    profile: model.profile,
    seed,
    fate,
    script,
    outputTokensMax: request.outputTokensMax,
  })
  refuseEndless(schedule)

  const head = { id: newId(), model: model.id, createdS: Math.floor(clock.wallMs() / 1000) }
  const { stream } = request
  const entry = ledger.open({ completionId: head.id, model: model.id, seed, stream, acceptedAtNs })
  const headers = {
    ...limitHeaders,
    'x-request-id': head.id,
    'x-simulated': 'true',
    'x-simulator-seed': seed,
  }
  await deliver({ request, schedule, head, headers, acceptedAtNs, entry, response, signal }, { clock, pacer })
}

/**
 * How long the work on a call waits, so that it does not delay the reading of others: the requests of a race arrive
 * within three milliseconds, and preparing an answer takes one, or two when the code is cold. Deadlines still count
 * from the moment at which this request was read.
 */
const othersMsMax = 5

function untilOthersAreReadMs({ profile }: Model): number {
  // Headers are due at 80 % of the TTFT, which jitters: after a tenth there is still time for the work.
  return Math.min(othersMsMax, profile.ttftMs / 10)
}

function refusal({ status, retryAfterMs }: Fate & { kind: 'refuse' }, { id }: Model): SimulatorError {
  const details = { status, retryAfterMs }
  switch (status) {
    case 429:
      return new SimulatorError(
        'rate_limit_exceeded',
        `Rate limit reached for \`${id}\` (simulated).${retryAfterMs === null ? '' : ` Try again in ${retryAfterMs / 1000} s.`}`,
        details,
      )
    case 401:
      return new SimulatorError('invalid_api_key', 'Incorrect API key provided (simulated).', details)
    default:
      return status < 500
        ? new SimulatorError(
            'invalid_request',
            `The request was refused with ${status} (simulated).`,
            details,
          )
        : new SimulatorError(
            'server_error',
            `The server failed with ${status} (simulated). Try again.`,
            details,
          )
  }
}

function refuseEndless(schedule: Schedule) {
  const endMs = endsAtMs(schedule)
  if (endMs <= runMsMax) return
  throw new SimulatorError(
    'invalid_request',
    `This run would take ${Math.round(endMs / 60_000)} minutes, and ${runMsMax / 60_000} are the most: ask for fewer tokens or a higher tps.`,
    { param: 'model' },
  )
}
