/** Keeps a benchmark's table in bench/README.md, between the two marks that bear its name; other benchmarks keep theirs. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export function keepTable(name: string, table: string) {
  const path = join(import.meta.dirname, 'README.md')
  const text = readFileSync(path, 'utf8')
  const marks = new RegExp(`(<!-- ${name} -->\n)[\\s\\S]*?(\n<!-- /${name} -->)`)
  if (!marks.test(text)) throw new Error(`${path} has lost the marks <!-- ${name} --> of this table.`)
  writeFileSync(
    path,
    text.replace(marks, (_all, begin, end) => `${begin}${table}${end}`),
  )
}
