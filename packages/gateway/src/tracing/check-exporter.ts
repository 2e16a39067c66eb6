/**
 * Checks `OTEL_EXPORTER_OTLP_…`, which the exporter reads itself. It ignores silently what it cannot read, and then,
 * for example, the collector refuses spans that lack their header. So what it cannot read stops the start.
 */
import { readFileSync } from 'node:fs'
import { validateHeaderName, validateHeaderValue } from 'node:http'

/** Throws an error that says what to set, without the headers, which are secrets. Empty is unset. */
export function checkExporter(environment: Readonly<Record<string, string | undefined>>): void {
  for (const [setting, check] of Object.entries(checks)) {
    for (const variable of [`OTEL_EXPORTER_OTLP_TRACES_${setting}`, `OTEL_EXPORTER_OTLP_${setting}`]) {
      const text = environment[variable]?.trim()
      if (text) check(variable, text)
    }
  }
}

type Check = (variable: string, text: string) => void

const checks: Readonly<Record<string, Check>> = {
  HEADERS: checkHeaders,
  TIMEOUT: checkTimeout,
  COMPRESSION: checkCompression,
  CERTIFICATE: checkFile,
  CLIENT_CERTIFICATE: checkFile,
  CLIENT_KEY: checkFile,
}

function checkHeaders(variable: string, text: string): void {
  for (const [index, pair] of text.split(',').entries()) {
    if (pair.trim() !== '' && !isHeader(pair)) {
      throw new Error(
        `${variable} has no header in place ${index + 1}: set it to name=value, with commas between, and write a comma in a value as %2C, a percent sign as %25.`,
      )
    }
  }
}

/** Reads the pair as the exporter does. */
function isHeader(pair: string): boolean {
  const [, name = '', value = ''] = /^([^=;]+)=([^;]+)/.exec(pair) ?? []
  try {
    validateHeaderName(decodeURIComponent(name.trim()))
    validateHeaderValue(name, decodeURIComponent(value.trim()))
    return value.trim() !== ''
  } catch {
    return false
  }
}

function checkTimeout(variable: string, text: string): void {
  if (/^\d+$/.test(text) && Number(text) > 0 && Number(text) <= hourMs) return
  throw new Error(`${variable} is "${text}": set it to a number of milliseconds, from 1 to ${hourMs}.`)
}

const hourMs = 3_600_000

function checkCompression(variable: string, text: string): void {
  if (text !== 'gzip' && text !== 'none') throw new Error(`${variable} is "${text}": set it to gzip or none.`)
}

function checkFile(variable: string, text: string): void {
  try {
    readFileSync(text)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new Error(`${variable} is "${text}", which cannot be read (${code}): set it to a file in PEM.`)
  }
}
