/** Writes a benchmark's newest table into bench/README.md, between two marks of its own. */
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'

export function keepTable(name: string, table: string) {
  const path = join(import.meta.dirname, 'README.md')
  const text = readFileSync(path, 'utf8')
  const marks = new RegExp(`(<!-- ${name} -->\\n)[\\s\\S]*?(\\n?<!-- /${name} -->)`)
  if (!marks.test(text))
    throw new Error(`${path} has lost the marks between which this table stands: ${name}.`)
  writeFileSync(
    path,
    text.replace(marks, (_all, begin) => `${begin}${table}\n<!-- /${name} -->`),
  )
}

/** The machine, the version of Node and the date. */
export function toMachine(): string {
  const gibibytes = Math.round(totalmem() / 2 ** 30)
  const date = new Date().toISOString().slice(0, 10)
  return `${cpus()[0]?.model.trim()}, ${cpus().length} cores, ${gibibytes} GiB; Node ${process.versions.node}; ${date}.`
}
