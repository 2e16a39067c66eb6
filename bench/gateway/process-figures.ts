/** Memory and processor time of a process, as counted by Linux and by its own probe. */
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'

export interface Memory {
  residentMb: number
  heapMb: number
}

/** Memory after garbage collection, of a process that was started with `memory-probe.ts`. */
export async function settledMemory(child: ChildProcess): Promise<Memory> {
  const answered = once(child, 'message') as Promise<[Memory]>
  child.send('collect')
  return (await answered)[0]
}

/** Resident memory, garbage included; NaN where there is no /proc. */
export function residentMb(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(read(pid, 'status'))?.[1] ?? Number.NaN) / 1024
}

/** Processor time of all its threads; a tick of the kernel is 10 ms. NaN where there is no /proc. */
export function cpuUs(pid: number): number {
  // After the name, which can hold any characters, come the state and ten more fields.
  const [user, system] = read(pid, 'stat').split(') ').at(-1)!.split(' ').slice(11, 13)
  return (Number(user) + Number(system)) * 10_000
}

function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return ''
  }
}
