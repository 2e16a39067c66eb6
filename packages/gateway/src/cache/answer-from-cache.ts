/** Passes an answer from the cache on to the caller, through the relay. There is no attempt and no cost. */
import type { Call } from '../call.ts'
import type { Clock } from '../clock.ts'
import type { CostTable } from '../ledger/cost.ts'
import { toReport } from '../ledger/record.ts'
import { relayAnswer } from '../relay/relay-answer.ts'
import type { StoredAnswer } from './answer-store.ts'

export async function answerFromCache(
  { clock, cost }: { clock: Clock; cost: CostTable },
  call: Call,
  { bytes, contentType, target }: StoredAnswer,
): Promise<void> {
  call.target = target
  const answer = {
    status: 200,
    headers: contentType === '' ? {} : { 'content-type': contentType },
    body: once(bytes),
    begun() {},
    done() {},
  }
  await relayAnswer(answer, call, {
    clock,
    report: () => toReport(call, cost, clock.monotonicMs()),
    onBegun() {},
    mayGoElsewhere: () => false,
    secrets: [],
  })
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
