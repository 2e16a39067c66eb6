/** gateway.yaml as it is on disk now → a config, or its faults. Never throws: a running gateway keeps its config. */
import { createHash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { type Loaded, loadConfig } from './load.ts'
import type { Variables } from './references.ts'

/** `hash` is that of the text, as `sha256sum` prints it; null if the file could not be read. */
export type ConfigReading = Loaded & { hash: string | null }

export interface ReadOptions {
  /** A running gateway reads no pipe, which could block all calls for ever. At the start a pipe is read. */
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
