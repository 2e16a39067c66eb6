/**
 * Reads an answer file: a head between two `---` lines, then markdown, in which comments begin sections.
 *
 * ```
 * ---
 * title: LRU cache
 * asks: lru, cache, typescript/javascript      every word must be in the prompt; a slash separates alternatives
 * ---
 * The answer, complete in itself.
 * <!-- more -->
 * The rest of a longer answer.
 * <!-- reasoning -->
 * The reasoning before the answer.
 * ```
 */
export interface Answer {
  title: string
  /** All of these must be in the prompt, each in one of its forms. Empty for a text that fits any prompt. */
  asks: string[][]
  /** The short form; `more` continues it. */
  short: string
  more: string
  reasoning: string
}

export function parseAnswer(text: string, fileName: string): Answer {
  const parts = /^---\n(?<head>.*?)\n---\n(?<body>.*)$/s.exec(text)?.groups
  if (!parts) throw new Error(`${fileName} must open with a head between two lines of ---.`)
  const head = parseHead(parts.head ?? '')
  const sections = parseSections(parts.body ?? '')
  const need = (what: string | undefined, name: string) => {
    if (what) return what
    throw new Error(`${fileName} lacks its ${name}.`)
  }
  return {
    title: need(head.get('title'), 'title'),
    asks: parseAsks(head.get('asks') ?? ''),
    short: need(sections.get(''), 'answer'),
    more: sections.get('more') ?? '',
    reasoning: need(sections.get('reasoning'), 'section <!-- reasoning -->'),
  }
}

/** The sections by name; the text before the first comment has the name ''. */
export function parseSections(text: string): Map<string, string> {
  const [first = '', ...rest] = text.split(/^<!-- ([a-z]+) -->$/m)
  const sections = new Map([['', first.trim()]])
  for (let index = 0; index < rest.length; index += 2) {
    sections.set(rest[index]!, (rest[index + 1] ?? '').trim())
  }
  return sections
}

function parseHead(text: string): Map<string, string> {
  const lines = text.split('\n').map((line) => /^(\w+):\s*(.*)$/.exec(line))
  return new Map(lines.flatMap((match) => (match ? [[match[1]!, match[2]!.trim()]] : [])))
}

function parseAsks(text: string): string[][] {
  if (text === '') return []
  return text.split(',').map((word) => word.split('/').map((form) => form.trim().toLowerCase()))
}
