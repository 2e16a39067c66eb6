/**
 * Metrics of the process itself, by Prometheus' usual names. prom-client's own collection of them includes monitors of
 * the event loop and the garbage collection, which cannot be left out and run all the time.
 */
import { readdir, readFile } from 'node:fs/promises'
import { getHeapStatistics } from 'node:v8'
import { Counter, Gauge, type Registry } from 'prom-client'

export interface ProcessFacts {
  version: string
  /** How many log lines were lost since the start. */
  lostLogLines(): number
}

export function createProcessMetrics(registry: Registry, { version, lostLogLines }: ProcessFacts): void {
  const registers = [registry]
  const info = { name: 'gateway_build_info', help: 'Always 1; the version of the gateway is its label.' }
  new Gauge({ ...info, labelNames: ['version'], registers }).set({ version }, 1)
  for (const [name, help, read] of [
    [
      'gateway_log_lines_lost_total',
      'Log lines that were lost because standard error could not be written for too long.',
      lostLogLines,
    ],
    ['process_cpu_seconds_total', 'CPU time of the process in seconds, user and system.', readCpuSeconds],
  ] as const) {
    new Counter({
      ...{ name, help, registers },
      collect() {
        this.reset()
        this.inc(read())
      },
    })
  }
  for (const [name, help, read] of gauges) {
    new Gauge({
      ...{ name, help, registers },
      async collect() {
        const value = await read()
        if (value !== null) this.set(value)
        // Otherwise prom-client would show the last value, or 0.
        else this.remove()
      },
    })
  }
}

/** null: the value is not known on this system, or not now. */
type Read = () => number | null | Promise<number | null>

const startedAtSeconds = performance.timeOrigin / 1000

const gauges: readonly [name: string, help: string, read: Read][] = [
  ['process_start_time_seconds', 'When the process began, in seconds since 1970.', () => startedAtSeconds],
  ['process_resident_memory_bytes', 'Memory of the process that is in use (resident).', readResidentBytes],
  [
    'nodejs_heap_size_used_bytes',
    'Memory that JavaScript objects take.',
    () => getHeapStatistics().used_heap_size,
  ],
  ['process_open_fds', 'File handles that are open: two a running call. Linux only.', readOpenFiles],
  ['process_max_fds', 'How many file handles can be open (`ulimit -n`). Linux only.', readFilesMax],
]

function readCpuSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000_000
}

/** It is read from a file of the kernel, which fails when no file handle is left. */
function readResidentBytes(): number | null {
  try {
    return process.memoryUsage.rss()
  } catch {
    return null
  }
}

async function readOpenFiles(): Promise<number | null> {
  // Less the one that is open for this read.
  return readdir('/proc/self/fd').then(
    (names) => names.length - 1,
    () => null,
  )
}

async function readFilesMax(): Promise<number | null> {
  const limits = await readFile('/proc/self/limits', 'utf8').catch(() => '')
  const soft = /^Max open files\s+(\d+)/m.exec(limits)?.[1]
  return soft === undefined ? null : Number(soft)
}
