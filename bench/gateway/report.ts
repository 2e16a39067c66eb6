/** Prints the table and keeps it in bench/README.md, with machine, versions and date. */
import { keepTable, toMachine } from '../keep-table.ts'
import { percentile } from '../percentile.ts'
import type { Contestant, StreamDelays } from './load.ts'
import type { Memory } from './process-figures.ts'

export interface Measured extends Contestant {
  /** One call at a time. */
  single: StreamDelays
  /** While all the other streams are open. */
  crowd: StreamDelays
  answers: Throughput[]
}

/** Whole answers to callers that ask again as soon as they have one. */
export interface Throughput {
  callers: number
  perSecond: number[]
  /** An answer's processor time in microseconds, of all threads; empty for a contestant that was not started here. */
  cpuUs: number[]
}

/** All after garbage collection, except `mostMb`. */
export interface MemoryFigures {
  calls: number
  /** Calls that their callers left in the middle of a stream. */
  left: number
  warm: Memory
  mostMb: number
  after: Memory
}

interface Setting {
  rounds: number
  openStreams: number
}

export function writeReport(all: readonly Measured[], memory: MemoryFigures, setting: Setting) {
  const direct = all.find(({ name }) => name === 'direct')!
  const floor = all.find(({ name }) => name === 'floor')!
  const lines = [
    `${setting.rounds} rounds in turns; ${toMachine()}`,
    '',
    'Delay in milliseconds from stamp to stamp (direct: the measuring itself). In brackets: what the gateway adds to direct, as a multiple of what the floor adds.',
    '',
    '| one call at a time | request p50 | p99 | first token p50 | p99 | later token p50 | p90 | p99 |',
    '|---|--:|--:|--:|--:|--:|--:|--:|',
    ...all.map((one) =>
      row(one.name, [
        delay(one, direct, floor, 'single', 'request', 0.5),
        delay(one, direct, floor, 'single', 'request', 0.99),
        delay(one, direct, floor, 'single', 'first', 0.5),
        delay(one, direct, floor, 'single', 'first', 0.99),
        delay(one, direct, floor, 'single', 'later', 0.5),
        delay(one, direct, floor, 'single', 'later', 0.9),
        delay(one, direct, floor, 'single', 'later', 0.99),
      ]),
    ),
    '',
    `| ${setting.openStreams} streams at 50 tokens/s | first token p50 | p99 | later token p50 | p90 | p99 |`,
    '|---|--:|--:|--:|--:|--:|',
    ...all.map((one) =>
      row(one.name, [
        delay(one, direct, floor, 'crowd', 'first', 0.5),
        delay(one, direct, floor, 'crowd', 'first', 0.99),
        delay(one, direct, floor, 'crowd', 'later', 0.5),
        delay(one, direct, floor, 'crowd', 'later', 0.9),
        delay(one, direct, floor, 'crowd', 'later', 0.99),
      ]),
    ),
    '',
    ...floor.answers.flatMap((ofFloor, index) => [
      `| ${ofFloor.callers} callers, whole answers | answers a second | of the floor | processor time an answer (µs) |`,
      '|---|--:|--:|--:|',
      ...all.map((one) => row(one.name, throughputCells(one.answers[index]!, ofFloor))),
      '',
    ]),
    `| memory of this gateway with all of it (MB) | warm | most | after ${memory.calls} calls, ${memory.left} of them left mid-stream | after / warm |`,
    '|---|--:|--:|--:|--:|',
    memoryRow('resident', memory.warm.residentMb, memory.mostMb.toFixed(0), memory.after.residentMb),
    memoryRow('heap in use', memory.warm.heapMb, '', memory.after.heapMb),
  ]
  const table = lines.join('\n')
  console.log(table)
  keepTable('gateway', table)
}

type Step = keyof StreamDelays

function delay(
  one: Measured,
  direct: Measured,
  floor: Measured,
  load: 'single' | 'crowd',
  step: Step,
  share: number,
): string {
  const value = percentile(one[load][step], share)
  if (one === direct) return value.toFixed(3)
  const base = percentile(direct[load][step], share)
  const floorAdds = percentile(floor[load][step], share) - base
  const ratio = (value - base) / floorAdds
  return one === floor || !(floorAdds > 0) ? value.toFixed(3) : `${value.toFixed(3)} (${ratio.toFixed(2)} ×)`
}

function throughputCells({ perSecond, cpuUs }: Throughput, ofFloor: Throughput): string[] {
  return [
    median(perSecond).toFixed(0),
    `${((median(perSecond) / median(ofFloor.perSecond)) * 100).toFixed(0)} %`,
    cpuUs.length === 0 ? '—' : median(cpuUs).toFixed(0),
  ]
}

function row(name: string, cells: string[]): string {
  return `| ${name} | ${cells.join(' | ')} |`
}

function memoryRow(name: string, warmMb: number, most: string, afterMb: number): string {
  return row(name, [warmMb.toFixed(1), most, afterMb.toFixed(1), (afterMb / warmMb).toFixed(2)])
}

function median(values: readonly number[]): number {
  return percentile(values, 0.5)
}
