/**
 * What the metrics tell of the process itself, by the names that Prometheus has for it. prom-client's own collection of them
 * cannot be had without its monitors of event loop and garbage collection, which run between two looks at the metrics too.
 */
import { readdir, readFile } from 'node:fs/promises'
import { getHeapStatistics } from 'node:v8'
import { Counter, Gauge, type Registry } from 'prom-client'

export interface ProcessFacts {
  version: string
  /** Since the start. */
  lostLogLines(): number
}

export function createProcessMetrics(registry: Registry, { version, lostLogLines }: ProcessFacts): void {
  const registers = [registry]
  const info = { name: 'gateway_build_info', help: 'Always 1; the version of the gateway is its label.' }
  new Gauge({ ...info, labelNames: ['version'], registers }).set({ version }, 1)
  for (const [name, help, read] of [
    [
      'gateway_log_lines_lost_total',
      'Lines that are in no log, because standard error could not be written for too long.',
      lostLogLines,
    ],
    ['process_cpu_seconds_total', 'Seconds on a processor, of user and system.', readCpuSeconds],
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
        // Without it prom-client would tell the last value, or 0.
        else this.remove()
      },
    })
  }
}

/** null: it is not known here, or not now. */
type Read = () => number | null | Promise<number | null>

const startedAtSeconds = performance.timeOrigin / 1000

const gauges: readonly [name: string, help: string, read: Read][] = [
  ['process_start_time_seconds', 'When the process began, in seconds since 1970.', () => startedAtSeconds],
  ['process_resident_memory_bytes', 'Memory of the process that is in use (resident).', readResidentBytes],
  [
    'nodejs_heap_size_used_bytes',
    'Memory that JavaScript’s objects take.',
    () => getHeapStatistics().used_heap_size,
  ],
  ['process_open_fds', 'File handles that are open: two a running call. Linux only.', readOpenFiles],
  ['process_max_fds', 'File handles that may be open (`ulimit -n`). Linux only.', readFilesMax],
]

function readCpuSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000_000
}

/** It stands in a file of the kernel's, and cannot be read when no file handle is left. */
function readResidentBytes(): number | null {
  try {
    return process.memoryUsage.rss()
  } catch {
    return null
  }
}

async function readOpenFiles(): Promise<number | null> {
  // The one that is opened for this is in it.
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
