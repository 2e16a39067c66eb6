/** gateway.yaml as it is on the disk now → a config, or its faults. Never throws: a running gateway goes on without. */
import { createHash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { type Loaded, loadConfig } from './load.ts'
import type { Variables } from './references.ts'

/** With the hash of the text, as `sha256sum` prints it; null where there is no text. */
export type ConfigReading = Loaded & { hash: string | null }

export interface ReadOptions {
  /** Calls go through meanwhile: a pipe, which may let its reader wait for ever, is not read. At the start it may be one. */
  isRunning: boolean
}

export function readConfig(path: string, variables: Variables, { isRunning }: ReadOptions): ConfigReading {
  const text = readText(path, isRunning)
  if (typeof text !== 'string') return { isValid: false, faults: [text.fault], warnings: [], hash: null }
  const hash = createHash('sha256').update(text).digest('hex')
  return { ...loadConfig(text, variables), hash }
}

function readText(path: string, isRunning: boolean): string | { fault: string } {
  try {
    if (isRunning && !statSync(path).isFile()) {
      return {
        fault: `${path} is no regular file, and no other is read while the gateway runs. Put one there.`,
      }
    }
    return readFileSync(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const next = isRunning ? 'Put it back' : 'Set GATEWAY_CONFIG to the file with your models'
    return { fault: `${path} cannot be read (${code}). ${next}.` }
  }
}
