/**
 * `pnpm bench:gateway [name=url …]`: what a gateway adds, against direct calls and against the floor of the platform, all in
 * one run and in turns, so that a noisy machine is noisy for all of them. Ratios are what to read.
 */
import { readFileSync } from 'node:fs'
import { startField } from './contestants.ts'
import { type Contestant, createLoad, type StreamDelays } from './load.ts'
import { type Measured, writeReport } from './report.ts'

const rounds = Number(process.env.BENCH_ROUNDS ?? 8)
const callsARound = Number(process.env.BENCH_CALLS ?? 2_000)
const lanes = 8
const openStreams = 200

const field = await startField(process.argv.slice(2), process.env.UPSTREAM_PORT ?? '0')
const measured = new Map<string, Measured>()
for (const contestant of field.contestants) {
  measured.set(contestant.name, {
    ...contestant,
    single: noDelays(),
    crowd: noDelays(),
    answersPerSecond: [],
    memoryMb: [],
  })
  await warmUp(contestant)
}
for (let round = 0; round < rounds; round++) {
  // Who comes first in a round comes last in the next.
  const order = round % 2 === 0 ? field.contestants : field.contestants.toReversed()
  for (const contestant of order) await measure(contestant, measured.get(contestant.name)!)
  process.stderr.write(`round ${round + 1} of ${rounds}\n`)
}
await countMemory()
writeReport([...measured.values()], { rounds, lanes, openStreams })
process.exit()

/** So that nobody is measured while it is still being compiled. */
async function warmUp(contestant: Contestant) {
  const load = createLoad(contestant, openStreams)
  await load.answers(lanes, 2_000)
  for (let count = 0; count < 30; count++) await load.stream(10, 500, noDelays())
  load.close()
}

async function measure(contestant: Contestant, into: Measured) {
  const load = createLoad(contestant, openStreams)
  await load.answers(1, 100)
  // One call at a time: what a lone caller feels.
  for (let count = 0; count < 25; count++) await load.stream(20, 200, into.single)
  into.answersPerSecond.push(await load.answers(lanes, 1_500))
  // A crowd: 200 streams of 50 tokens a second, begun over one second, so that they do not beat in step.
  await Promise.all(
    Array.from({ length: openStreams }, async (_, index) => {
      await new Promise((resolve) => setTimeout(resolve, (index * 1_000) / openStreams))
      await load.stream(100, 50, into.crowd)
    }),
  )
  load.close()
}

/** Before, under and after calls of which every tenth is left by its caller. */
async function countMemory() {
  for (const contestant of field.contestants) {
    const { pid } = contestant
    if (pid === null || contestant.name === 'direct') continue
    const { memoryMb } = measured.get(contestant.name)!
    const load = createLoad(contestant, 64)
    memoryMb.push(residentMb(pid))
    for (let batch = 0; batch < 10; batch++) {
      await load.answers(lanes, (callsARound / 10) * 0.5)
      await Promise.all(Array.from({ length: callsARound / 100 }, () => load.abort()))
      memoryMb.push(residentMb(pid))
    }
    load.close()
  }
}

/** Linux counts a process's pages; elsewhere there is no figure. */
function residentMb(pid: number): number {
  try {
    const kb = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return Number(kb ?? Number.NaN) / 1024
  } catch {
    return Number.NaN
  }
}

function noDelays(): StreamDelays {
  return { request: [], first: [], later: [] }
}
