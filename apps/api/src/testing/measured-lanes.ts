/**
 * A lane thread whose lanes answer at once, and a simulator that has written each token some time before its stamp: the
 * error of the clock is what a test says.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { SimulatorLedger } from '@drag-race/contracts'
import type { LaneThread } from '../races/lane-thread.ts'
import type { LaneEvent, LanesOrder } from '../races/lanes/messages.ts'

export interface MeasuredLanes {
  simulatorUrl: string
  laneThread: LaneThread
  /** The model of each heat and race, in their order. */
  models: string[]
  close(): Promise<void>
}

export interface Heat {
  model: string
  /** Counted from 0, with all models. */
  number: number
}

export interface MeasuredLanesOptions {
  /** Of every figure of a lane; null: the lane fails. */
  errorMs(heat: Heat, lane: number): number | null
  /** null: nobody measured it. */
  lagMs?(heat: Heat): number | null
  /** The lanes end when this resolves. */
  ready?(heat: Heat): Promise<unknown>
}

const lightNs = 5_000_000_000n
const tokenMs = 50
const endMs = 60

export async function startMeasuredLanes(options: MeasuredLanesOptions): Promise<MeasuredLanes> {
  const { errorMs, lagMs = () => 1, ready = async () => {} } = options
  const models: string[] = []
  const simulator = createServer((request, response) => {
    response.end(JSON.stringify(toLedger(request.url!.replace('/ledger/', ''))))
  })
  await new Promise<void>((resolve) => simulator.listen(0, '127.0.0.1', resolve))
  return {
    simulatorUrl: `http://127.0.0.1:${(simulator.address() as AddressInfo).port}`,
    models,
    laneThread: {
      isRealTime: false,
      async run({ lanes }: LanesOrder, listener) {
        const heat: Heat = { model: lanes.at(-1)!.model, number: models.length }
        models.push(heat.model)
        await ready(heat)
        listener.onGreenLight(lightNs)
        listener.onEvents(lanes.flatMap(({ lane }) => toEvents(lane, errorMs(heat, lane))))
        const ms = lagMs(heat)
        listener.onOver(ms === null ? null : { p99Ms: ms, maxMs: ms })
      },
      stop() {},
      async close() {},
    },
    close: () => new Promise((resolve) => simulator.close(() => resolve())),
  }
}

function toEvents(lane: number, errorMs: number | null): LaneEvent[] {
  const start: LaneEvent = { type: 'lane-start', at: 0, lane }
  if (errorMs === null) {
    const why = { code: 'http_500', message: 'no', status: 500, retryAfterMs: null }
    return [start, { type: 'error', at: 1, lane, ...why }]
  }
  return [
    start,
    { type: 'ttft', at: tokenMs, lane, ms: tokenMs },
    { type: 'token', at: tokenMs, lane, content: 'x', kind: 'answer' },
    {
      type: 'done',
      at: endMs,
      lane,
      totalMs: endMs,
      finishReason: 'stop',
      usage: { inputTokens: 1, outputTokens: 1, reasoningTokens: null, cachedTokens: null, source: 'usage' },
      costUsd: null,
      gateway: null,
      completionId: String(errorMs),
    },
  ]
}

/** The id of a completion is the error of its lane. */
function toLedger(completionId: string): SimulatorLedger {
  const ns = (ms: number) => String(lightNs + BigInt(Math.round(ms * 1e6)))
  const writtenAtNs = ns(tokenMs - Number(completionId))
  return {
    completionId,
    model: 'm',
    seed: 1,
    stream: true,
    acceptedAtNs: ns(0),
    chunks: [{ tokens: 1, dueAtNs: writtenAtNs, writtenAtNs }],
    endedAtNs: ns(endMs),
  }
}
