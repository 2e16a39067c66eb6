/** A table in Markdown; the cells are Markdown themselves, of one line each. */
export function toTable(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  return [toLine(heads), `|${'---|'.repeat(heads.length)}`, ...rows.map(toLine)].join('\n')
}

function toLine(cells: readonly string[]): string {
  return `| ${cells.map((text) => text.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`
}
