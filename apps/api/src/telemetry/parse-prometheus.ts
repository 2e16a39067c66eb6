/**
 * Reads Prometheus's text format 0.0.4, and OpenMetrics as far as it differs, from text that may come in pieces.
 *
 * A broken line is counted and skipped, and the rest of the page is read: one odd label must not blank the whole panel.
 * Messages name the line and the fault but quote nothing, because label values can hold names of users. The time is
 * linear in the text, and no line throws: a page of eight million broken lines costs about as much as one of good ones.
 *
 * Ignored: timestamps, exemplars, HELP texts. Source: prometheus.io/docs/instrumenting/exposition_formats.
 */

export interface Sample {
  name: string
  labels: ReadonlyMap<string, string>
  /** Can be NaN or infinite. */
  value: number
}

export interface ParsedMetrics {
  samples: Sample[]
  /** Every metric that the page names, in a HELP or TYPE line or in a sample; also those that were not wanted. */
  names: Set<string>
  /** The first broken lines, numbered from 1. */
  problems: { line: number; message: string }[]
  problemCount: number
}

export interface PrometheusParser {
  push(text: string): void
  end(): ParsedMetrics
}

/** Real lines are a few hundred characters long. */
const lineCharsMax = 1_000_000
const problemsMax = 20

/** `isWanted` decides by name which samples are kept; the others are checked and dropped. */
export function createPrometheusParser(isWanted: (name: string) => boolean = () => true): PrometheusParser {
  const parsed: ParsedMetrics = { samples: [], names: new Set(), problems: [], problemCount: 0 }
  let lineNumber = 0
  let rest = ''
  let isTooLong = false

  function report(message: string) {
    parsed.problemCount++
    if (parsed.problems.length < problemsMax) parsed.problems.push({ line: lineNumber, message })
  }

  function readLine(line: string) {
    lineNumber++
    if (isTooLong || line.length > lineCharsMax) {
      isTooLong = false
      return report(`the line is longer than ${lineCharsMax} characters`)
    }
    const text = line.trim()
    if (text === '') return
    if (text.startsWith('#')) {
      const name = declaration.exec(text)?.[1]
      if (name !== undefined) parsed.names.add(name)
      return
    }
    const sample = parseSample(text)
    if (typeof sample === 'string') return report(sample)
    parsed.names.add(sample.name)
    if (isWanted(sample.name)) parsed.samples.push(sample)
  }

  return {
    push(text) {
      let from = 0
      for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', from)) {
        readLine(rest + text.slice(from, end))
        rest = ''
        from = end + 1
      }
      rest += text.slice(from)
      if (rest.length > lineCharsMax) {
        isTooLong = true
        rest = ''
      }
    },
    end() {
      if (rest !== '' || isTooLong) readLine(rest)
      rest = ''
      return parsed
    },
  }
}

const declaration = /^#\s*(?:HELP|TYPE)\s+([a-zA-Z_:][\w:]*)/
const metricName = /[a-zA-Z_:][\w:]*/y
const blanks = /[ \t]*/y
const decimal = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i
const infinite = /^([+-]?)inf(?:inity)?$/i

/** A sample, or what is wrong with the line. */
function parseSample(line: string): Sample | string {
  const labels = new Map<string, string>()
  let name = match(metricName, line, 0)
  let at = skipBlanks(line, name.length)
  if (line[at] === '{') {
    const list = readLabels(line, at, labels)
    if (typeof list === 'string') return list
    name ||= list.name
    at = list.next
  }
  if (name === '') return 'it does not begin with the name of a metric'
  const value = readValue(line.slice(at))
  return typeof value === 'string' ? value : { name, labels, value }
}

/** `{a="1", b="2",}`; a quoted text without `=` is the metric's own name (Prometheus 3: names in any script). */
function readLabels(
  line: string,
  open: number,
  labels: Map<string, string>,
): { name: string; next: number } | string {
  let name = ''
  let at = skipBlanks(line, open + 1)
  while (line[at] !== '}') {
    const key = readKey(line, at)
    if (key === null) return 'a label has no name, or the braces do not close'
    at = skipBlanks(line, key.next)
    if (line[at] === '=') {
      const value = readQuoted(line, skipBlanks(line, at + 1))
      if (value === null) return 'the value of a label is not in quotes'
      if (labels.has(key.text)) return 'a label occurs twice'
      labels.set(key.text, value.text)
      at = skipBlanks(line, value.next)
    } else if (key.isQuoted && name === '' && open === 0) {
      name = key.text
    } else {
      return 'a label has no value'
    }
    if (line[at] === ',') at = skipBlanks(line, at + 1)
    else if (line[at] !== '}') return 'the labels are not separated by commas'
  }
  return { name, next: at + 1 }
}

function readKey(line: string, at: number): { text: string; next: number; isQuoted: boolean } | null {
  if (line[at] === '"') {
    const quoted = readQuoted(line, at)
    return quoted && quoted.text !== '' ? { ...quoted, isQuoted: true } : null
  }
  const text = match(metricName, line, at)
  return text === '' ? null : { text, next: at + text.length, isQuoted: false }
}

/** Three escapes are defined: \\ \" \n. A backslash before anything else is kept as it stands. */
function readQuoted(line: string, open: number): { text: string; next: number } | null {
  if (line[open] !== '"') return null
  let text = ''
  let from = open + 1
  for (let at = from; at < line.length; at++) {
    const character = line[at]
    if (character === '"') return { text: text + line.slice(from, at), next: at + 1 }
    if (character === '\\') {
      const escaped = line[at + 1]
      text += line.slice(from, at)
      if (escaped === 'n') text += '\n'
      else text += escaped === '"' || escaped === '\\' ? escaped : `\\${escaped ?? ''}`
      at++
      from = at + 1
    }
  }
  return null
}

/** The value. A timestamp and an exemplar (`# {…} 0.5`) can follow it, and are ignored. */
function readValue(rest: string): number | string {
  const exemplarAt = rest.indexOf('#')
  const words = (exemplarAt === -1 ? rest : rest.slice(0, exemplarAt))
    .split(/[ \t]+/)
    .filter((word) => word !== '')
  const [value, timestamp] = words.map(toNumber)
  if (value === undefined) return 'it has no value'
  if (value === null) return 'its value is not a number'
  if (timestamp === null || words.length > 2) return 'what follows the value is not a timestamp'
  return value
}

/** Number() reads too much ('', '0x1') and too little ('+Inf'). */
function toNumber(word: string): number | null {
  if (decimal.test(word)) return Number(word)
  const sign = infinite.exec(word)?.[1]
  if (sign !== undefined) return sign === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  return /^nan$/i.test(word) ? Number.NaN : null
}

function skipBlanks(line: string, at: number): number {
  return at + match(blanks, line, at).length
}

function match(pattern: RegExp, line: string, at: number): string {
  pattern.lastIndex = at
  return pattern.exec(line)?.[0] ?? ''
}
