/**
 * `pnpm bench:gateway [name=url …]`: what a gateway adds, compared with direct calls and with the floor of the
 * platform, all in one run and in turns, so that a noisy machine is noisy for all of them. Read the ratios.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { fullest, startField } from './contestants.ts'
import { type Contestant, createLoad, type StreamDelays } from './load.ts'
import { cpuUs, residentMb, settledMemory } from './process-figures.ts'
import { type Measured, type MemoryFigures, writeReport } from './report.ts'

const rounds = Number(process.env.BENCH_ROUNDS ?? 8)
const memoryCalls = Number(process.env.BENCH_CALLS ?? 50_000)
/**
 * Calls of the same kind before memory is first measured. After some 20,000, what grows once and stays (V8's young
 * generation, malloc's arenas) has grown.
 */
const warmCalls = 30_000
const batchCalls = 2_500
/**
 * How many callers there are, each of which asks again as soon as it is answered: with few, a gateway waits for caller
 * and upstream at times, with many never.
 */
const callers = [8, 64]
const lanes = callers[0]!
const openStreams = 200
/** In each round, one at a time: 320 in 8 rounds, because a p99 needs 299 values at least. */
const singleCalls = 40

const field = await startField(process.argv.slice(2), process.env.UPSTREAM_PORT ?? '0')
const measured = new Map<string, Measured>()
for (const contestant of field.contestants) {
  measured.set(contestant.name, {
    ...contestant,
    single: noDelays(),
    crowd: noDelays(),
    answers: callers.map((count) => ({ callers: count, perSecond: [], cpuUs: [] })),
  })
  await warmUp(contestant)
}
for (let round = 0; round < rounds; round++) {
  // The first of a round is the last of the next.
  const order = round % 2 === 0 ? field.contestants : field.contestants.toReversed()
  for (const contestant of order) await measure(contestant, measured.get(contestant.name)!)
  process.stderr.write(`round ${round + 1} of ${rounds}\n`)
}
writeReport([...measured.values()], await countMemory(), { rounds, openStreams })
process.exit()

/**
 * So that no contestant is measured while V8 still compiles it, which takes some ten to fifteen seconds under load.
 */
async function warmUp(contestant: Contestant) {
  const load = createLoad(contestant, openStreams)
  await load.answers(lanes, 15_000)
  for (let count = 0; count < 30; count++) await load.stream(10, 500, noDelays())
  load.close()
}

async function measure(contestant: Contestant, into: Measured) {
  const load = createLoad(contestant, openStreams)
  await load.answers(1, 100)
  // One call at a time, as for a lone caller. Without the random pause, streams of a tenth of a second would begin in
  // step with what a gateway does every tenth of a second, and with its work left from the call before.
  for (let count = 0; count < singleCalls; count++) {
    await sleep(5 + Math.random() * 50)
    await load.stream(20, 200, into.single)
  }
  const pid = contestant.child?.pid
  for (const answers of into.answers) {
    const beforeUs = pid === undefined ? Number.NaN : cpuUs(pid)
    const { count, perSecond } = await load.answers(answers.callers, 1_500)
    answers.perSecond.push(perSecond)
    if (pid !== undefined) answers.cpuUs.push((cpuUs(pid) - beforeUs) / count)
  }
  // A crowd: 200 streams of 50 tokens a second, begun over one second, so that they are not in step.
  await Promise.all(
    Array.from({ length: openStreams }, async (_, index) => {
      await sleep((index * 1_000) / openStreams)
      await load.stream(100, 50, into.crowd)
    }),
  )
  load.close()
}

/**
 * The memory of the gateway with the most to keep, before and after calls of which every tenth is left by its caller in
 * the middle of a stream.
 */
async function countMemory(): Promise<MemoryFigures> {
  const gateway = field.contestants.find(({ name }) => name === fullest)!
  const { child } = gateway
  const load = createLoad(gateway, 64)
  let mostMb = 0
  const call = async (count: number) => {
    for (let called = 0; called < count; called += batchCalls) {
      await load.calls(lanes, batchCalls * 0.9)
      await Promise.all(Array.from({ length: batchCalls * 0.1 }, () => load.abort()))
      mostMb = Math.max(mostMb, residentMb(child!.pid!))
    }
  }
  await call(warmCalls)
  const warm = await settledMemory(child!)
  await call(memoryCalls)
  load.close()
  return { calls: memoryCalls, left: memoryCalls * 0.1, warm, mostMb, after: await settledMemory(child!) }
}

function noDelays(): StreamDelays {
  return { request: [], first: [], later: [] }
}
