/** gateway.yaml as it is on disk now → a config, or its faults. Never throws: a running gateway keeps its config. */
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync, statSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { type Loaded, loadConfig } from './load.ts'
import type { Variables } from './references.ts'

/** `hash` is that of the text, as `sha256sum` prints it; null if the file could not be read. */
export type ConfigReading = Loaded & { hash: string | null }

export interface ConfigReader {
  /** Returns only when the config is loaded: for the start. It reads a pipe too. */
  readAtStart(): ConfigReading
  /** Loads the config in a thread of its own. It reads no pipe, which could block all calls for ever. */
  readAgain(): Promise<ConfigReading>
}

/** A text that was read before is not loaded again: an edit is noticed several times. */
export function createConfigReader(path: string, variables: Variables): ConfigReader {
  let last: ConfigReading | null = null
  const unreadable = (fault: string): ConfigReading => ({
    isValid: false,
    faults: [fault],
    warnings: [],
    hash: null,
  })

  return {
    readAtStart() {
      const text = readText(path, false)
      if (typeof text !== 'string') return unreadable(text.fault)
      last = { ...loadConfig(text, variables), hash: toHash(text) }
      return last
    },
    async readAgain() {
      const text = readText(path, true)
      if (typeof text !== 'string') return unreadable(text.fault)
      const hash = toHash(text)
      if (last?.hash !== hash) last = { ...(await loadBeside(text, variables)), hash }
      return last
    },
  }
}

/** A file of 5,000 keys takes 0.4 s, for which no token should wait. They do where no thread can be had. */
async function loadBeside(text: string, variables: Variables): Promise<Loaded> {
  try {
    const worker = new Worker(new URL('./load-worker.ts', import.meta.url), {
      workerData: { text, variables },
    })
    const [loaded] = (await once(worker, 'message')) as [Loaded]
    return loaded
  } catch {
    return loadConfig(text, variables)
  }
}

function toHash(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function readText(path: string, isRunning: boolean): string | { fault: string } {
  try {
    if (isRunning && !statSync(path).isFile()) {
      return {
        fault: `${path} is no regular file, and nothing else is read while the gateway runs. Put a regular file there.`,
      }
    }
    return readFileSync(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const next = isRunning ? 'Put it back' : 'Set GATEWAY_CONFIG to the file with your models'
    return { fault: `${path} cannot be read (${code}). ${next}.` }
  }
}
