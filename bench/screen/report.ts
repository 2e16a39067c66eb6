/** Prints the table and keeps it in bench/README.md. */
import { keepTable, toMachine } from '../keep-table.ts'
import { percentile } from '../percentile.ts'
import type { Watched } from './watch-race.ts'

interface Setting {
  lanes: number
  tokensPerSecond: number
  tokens: number
}

export function writeReport(all: readonly Watched[], { lanes, tokensPerSecond, tokens }: Setting) {
  const table = [
    `${lanes} lanes at ${tokensPerSecond} tokens/s, ${tokens} tokens each, 1440 × 960 px, drawn without a GPU; ${toMachine()}`,
    '',
    '| what is drawn | frame p50 | p95 | p99 ms | longest task ms | main thread in tasks | on a core | work a token at 1,000 | at 16,000 µs | ratio | heap at 1,000 | 8,000 | 16,000 MB | screen lag p50 | p95 ms |',
    '|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|',
    ...all.map(toRow),
  ].join('\n')
  console.log(table)
  keepTable('screen', table)
}

function toRow({ name, frameMs, longTaskMs, busy, cpu, workUs, heapMb, screenLagMs }: Watched): string {
  const cells = [
    percentile(frameMs, 0.5).toFixed(1),
    percentile(frameMs, 0.95).toFixed(1),
    percentile(frameMs, 0.99).toFixed(1),
    longTaskMs.length === 0 ? '< 50' : Math.max(...longTaskMs).toFixed(0),
    `${(busy * 100).toFixed(0)} %`,
    `${(cpu * 100).toFixed(0)} %`,
    workUs.at1000.toFixed(0),
    workUs.at16000.toFixed(0),
    (workUs.at16000 / workUs.at1000).toFixed(2),
    heapMb.at1000.toFixed(1),
    heapMb.at8000.toFixed(1),
    heapMb.at16000.toFixed(1),
    percentile(screenLagMs, 0.5).toFixed(0),
    percentile(screenLagMs, 0.95).toFixed(0),
  ]
  return `| ${name} | ${cells.join(' | ')} |`
}
