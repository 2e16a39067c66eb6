/** gateway.yaml as it is on the disk now → a config, or its faults. Never throws: a running gateway goes on without. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { type Loaded, loadConfig } from './load.ts'
import type { Variables } from './references.ts'

/** With the hash of the text, as `sha256sum` prints it; null where there is no text. */
export type ConfigReading = Loaded & { hash: string | null }

export function readConfig(path: string, variables: Variables): ConfigReading {
  const text = readText(path)
  if (typeof text !== 'string') return { isValid: false, faults: [text.fault], warnings: [], hash: null }
  const hash = createHash('sha256').update(text).digest('hex')
  return { ...loadConfig(text, variables), hash }
}

function readText(path: string): string | { fault: string } {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return { fault: `${path} cannot be read (${code}). Set GATEWAY_CONFIG to the file with your models.` }
  }
}
