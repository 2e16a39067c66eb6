/**
 * Runs programs that start and end together: when one ends, for whatever reason, the others are ended too. Own code and
 * not a process manager, because it gives each program an IPC channel whose loss ends it, and waits for the line with
 * which each says that it is ready.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { stripVTControlCharacters } from 'node:util'
import type { Program } from './programs.ts'

export interface Supervisor {
  /** The URLs that the programs printed when they were ready, in the programs' order. Never rejects. */
  ready: Promise<string[]>
  /** The exit code for all: 0 after `stop`, else 1. */
  ended: Promise<number>
  stop(): void
  /** Passes a SIGHUP on. Not before all are ready: it would end them, and they have just read their files anyway. */
  hangUp(): void
}

export interface Watching {
  print(text: string): void
  /** The program has said that it is ready. */
  onReady(program: Program, pid: number): void
}

export function createSupervisor(programs: readonly Program[], { print, onReady }: Watching): Supervisor {
  const urls = new Map<string, string>()
  const running = new Map<ChildProcess, Program>()
  const ready = Promise.withResolvers<string[]>()
  const ended = Promise.withResolvers<number>()
  let exitCode: number | null = null

  function endAll(code: number) {
    exitCode ??= code
    for (const [child, { stopMsMax }] of running) end(child, stopMsMax)
    if (running.size === 0) ended.resolve(exitCode)
  }

  function onLine(program: Program, pid: number, line: string) {
    const { name } = program
    // Vite colours its line, and the port in it, also where FORCE_COLOR or CI is set.
    const plain = stripVTControlCharacters(line)
    const url = / on (https?:\/\/[^\s,]+)/.exec(plain)?.[1] ?? /Local:\s+(http\S+)/.exec(plain)?.[1]
    if (url && !urls.has(name)) {
      urls.set(name, url)
      onReady(program, pid)
      if (urls.size === programs.length) ready.resolve(programs.map((each) => urls.get(each.name)!))
      return
    }
    if (line.trim() !== '') print(`[${name}] ${line}\n`)
  }

  for (const program of programs) {
    const child = start(program, (line) => onLine(program, child.pid!, line))
    running.set(child, program)
    child.on('exit', (code, signal) => {
      running.delete(child)
      if (exitCode === null) print(`[${program.name}] ended (${toEnd(code, signal)}); ending the others.\n`)
      endAll(1)
    })
  }
  return {
    ready: ready.promise,
    ended: ended.promise,
    stop: () => endAll(0),
    hangUp() {
      if (urls.size < programs.length) return
      for (const child of running.keys()) child.kill('SIGHUP')
    },
  }
}

function toEnd(code: number | null, signal: NodeJS.Signals | null): string {
  // The kernel says why in its own log only.
  if (signal === 'SIGKILL') return 'SIGKILL: somebody killed it, or the system, when memory ran out'
  return signal ?? `exit code ${code}`
}

function start(program: Program, onLine: (line: string) => void): ChildProcess {
  const [command, ...args] = program.command
  const child = spawn(command!, args, {
    cwd: program.cwd,
    env: program.env as NodeJS.ProcessEnv,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  for (const stream of [child.stdout!, child.stderr!]) {
    let held = ''
    stream.setEncoding('utf8').on('data', (text: string) => {
      const lines = (held + text).split('\n')
      // A line that never ends is cut, so that it does not fill the memory.
      held = lines.pop()!.slice(-65_536)
      for (const line of lines) onLine(line)
    })
    stream.on('end', () => held && onLine(held))
  }
  return child
}

function end(child: ChildProcess, stopMsMax: number) {
  child.kill('SIGTERM')
  setTimeout(() => child.kill('SIGKILL'), stopMsMax).unref()
}
