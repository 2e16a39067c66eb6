/**
 * A race's figures as CSV (RFC 4180), one row for each lane: all of its time slip, with the margin, the longest that
 * the clock was late (`lag_ms`), and whether that was more than the margin. The columns of the slip are its own keys,
 * so that a figure that is added to the slip is here too; units are the last word of each name.
 *
 * Spreadsheets run a cell that begins like a formula. Names of models come from outside, so such a text is given an
 * apostrophe.
 */
import { type LaneSummary, type RaceDetail, toAskedWith } from '@drag-race/contracts'

type Cell = string | number | boolean | null

export function toFiguresCsv(race: RaceDetail): string {
  const rows = race.lanes.toSorted((a, b) => a.lane - b.lane).map((lane) => toCells(race, lane))
  const names = [...new Set(rows.flatMap((row) => [...row.keys()]))]
  const lines = [names, ...rows.map((row) => names.map((name) => row.get(name) ?? null))]
  return lines.map((cells) => `${cells.map(toCell).join(',')}\r\n`).join('')
}

function toCells(race: RaceDetail, { lane, slip, ...figures }: LaneSummary): Map<string, Cell> {
  return new Map<string, Cell>([
    ['race_id', race.id],
    ['started_at', race.startedAt],
    ['status', race.status],
    ['origin', race.origin],
    ['finish_line', typeof race.finish === 'string' ? race.finish : `${race.finish.tokens} tokens`],
    ['category', race.category],
    ['tags', toTextsCell(race.tags)],
    // The number that the page shows.
    ['lane', lane + 1],
    ...toColumns('', figures),
    ...toAskedColumns(race, lane),
    ['margin_ms', race.marginMs],
    ['lag_ms', race.clock?.lagMs ?? null],
    ['disturbed', race.clock?.disturbed ?? null],
    // Slips of older races have no finish reason; this gives their files the same columns.
    ['finish_reason', null],
    ...toColumns('', slip),
  ])
}

/** A cell is empty where nothing was set, which leaves it to the provider, and for a sentinel. */
function toAskedColumns({ request }: RaceDetail, lane: number): [string, Cell][] {
  const asked = toAskedWith(request, lane)
  return [
    ['max_tokens', asked?.params.maxTokens ?? null],
    ['temperature', asked?.params.temperature ?? null],
    ['top_p', asked?.params.topP ?? null],
    ['seed', asked?.params.seed ?? null],
    ['metadata', toTextsCell(asked?.params.metadata ?? {})],
    ['system_prompt', asked?.system ?? null],
  ]
}

/** As JSON in one column, so that files of races with other tags or metadata have the same columns. */
function toTextsCell(texts: Readonly<Record<string, string>>): string | null {
  return Object.keys(texts).length > 0 ? JSON.stringify(texts) : null
}

/** `ttftMs` → `ttft_ms`; a nested key is prefixed with the name of its parent. */
function toColumns(prefix: string, figures: object): [string, Cell][] {
  return Object.entries(figures).flatMap(([key, value]: [string, Cell | object]): [string, Cell][] => {
    const name = `${prefix}${key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`
    return typeof value === 'object' && value !== null ? toColumns(`${name}_`, value) : [[name, value]]
  })
}

export function toCell(value: Cell): string {
  if (value === null) return ''
  if (typeof value !== 'string') return String(value)
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
