/** Relays pieces exactly as they are cut; on a socket, neighbouring pieces could be read together. */
import type { GatewayReport } from '@drag-race/contracts'
import { relayStream } from '../relay/relay-stream.ts'
import { createReportCarrier, createUsageDropper, passUsage } from '../relay/usage-chunk.ts'
import { createStreamWatch } from '../relay/watch.ts'

const report: GatewayReport = {
  requestId: 'req_1',
  provider: 'p',
  model: 'm',
  attempts: [],
  ttftMs: 1,
  durationMs: 2,
  overheadMs: 0,
  costUsd: null,
}

/** What the provider was sent as its key. */
export const secret = 'sk-a-secret-of-ours'

/** Resolves with what the caller would read and the code of the error after it. `log` gets each step, in order. */
export async function relayPieces(
  pieces: Uint8Array[],
  usageChunk: 'passed' | 'dropped' | 'reported',
  log: string[] = [],
): Promise<{ text: string; error: string | null }> {
  const watch = createStreamWatch()
  const sent: Uint8Array[] = []
  const rules = {
    passed: () => passUsage,
    dropped: createUsageDropper,
    reported: () => createReportCarrier(watch.facts, () => report),
  }
  let error: string | null = null
  await relayStream({
    body: pieces,
    watch: {
      ...watch,
      see(frame, atMs) {
        log.push(`see ${Buffer.from(frame)}`)
        return watch.see(frame, atMs)
      },
    },
    usageChunk: rules[usageChunk](),
    caller: {
      begin() {},
      write(frames) {
        sent.push(...frames)
        for (const frame of frames) log.push(`send ${Buffer.from(frame)}`)
        return null
      },
      end: (frames) => void sent.push(...frames),
    },
    provider: 'p',
    secrets: [secret],
    nowMs: () => 0,
    onEarlyError() {},
    onBegun() {},
    onDone() {},
    onWorked() {},
  }).catch((reason: { code: string }) => {
    error = reason.code
  })
  return { text: Buffer.concat(sent).toString(), error }
}
