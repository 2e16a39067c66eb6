/**
 * Thousands of config files that nobody would write: each is either refused with its faults in sentences, or a gateway
 * can be made from it. Nothing crashes, and no message contains a secret.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { createGateway } from '../gateway.ts'
import { everyPolicy } from '../testing/every-policy.ts'
import { createPick, mutateText, mutateTree, type Pick } from '../testing/mutate.ts'
import { loadConfig } from './load.ts'

const runs = 3_000
const shipped = readFileSync(join(import.meta.dirname, '..', '..', '..', '..', 'gateway.yaml'), 'utf8')
const files = [shipped, everyPolicy].map((text) => ({ text, value: parse(text) as unknown }))
const variables = {
  KEY: 'planted-key',
  OPENAI_API_KEY: 'planted openai',
  GROQ_API_KEY: 'planted-groq',
  SIMULATOR_URL: 'http://127.0.0.1:4010',
}

/** Mistakes made in an editor, or by somebody who means harm. */
function spoilYaml(text: string, pick: Pick): string {
  const lines = text.split('\n')
  const at = pick(lines.length)
  const line = lines[at]!
  switch (pick(10)) {
    case 0:
      lines.splice(at, 1)
      break
    case 1:
      lines.splice(at, 0, line)
      break
    case 2:
      lines[at] = line.replace(/^ +/, '\t')
      break
    case 3:
      lines[at] = ` ${line}`
      break
    case 4:
      lines[at] = line.replace(/: /, ':')
      break
    case 5:
      lines[at] = line.replace(/[[{]/, '')
      break
    case 6:
      lines[at] = line.replace(/: (.*)/, ': &a $1')
      lines[pick(lines.length)] += ' *a'
      break
    case 7:
      lines.push('x1: &x1 [1, 2]', ...bomb)
      break
    case 8:
      lines.push('---', 'llm: {}')
      break
    default:
      lines[at] = line.replace(/: .*/, `: ${odd[pick(odd.length)]}`)
  }
  return lines.join('\n')
}

const odd = [
  '!!binary aGk=',
  '!!js/function x',
  '*a',
  '<<: {}',
  '0o17',
  '.inf',
  '.nan',
  '~',
  '2001-01-01',
  '|',
]
/** Each level of aliases is twice as large as the one before: thirty of them would fill any memory. */
const bomb = Array.from(
  { length: 30 },
  (_, level) => `x${level + 2}: &x${level + 2} [*x${level + 1}, *x${level + 1}]`,
)

const spoiled = fc
  .array(fc.nat({ max: 2 ** 31 - 1 }), { minLength: 1, maxLength: 24, size: 'max' })
  .map((numbers) => {
    const pick = createPick(numbers)
    const file = files[pick(files.length)]!
    if (pick(3) === 0) {
      const text = spoilYaml(file.text, pick)
      return pick(4) === 0 ? mutateText(text, pick).toString() : text
    }
    let { value } = file
    for (let times = 1 + pick(3); times > 0; times--) value = mutateTree(value, pick)
    // An empty file counts as spoiled too.
    value ??= null
    return pick(2) === 0 ? JSON.stringify(value) : stringify(value, { aliasDuplicateObjects: false })
  })

test(`${runs} configs: a gateway, or sentences that say what is wrong`, async () => {
  let valid = 0
  await fc.assert(
    fc.asyncProperty(spoiled, async (text) => {
      const loaded = loadConfig(text, variables)
      const told = loaded.isValid ? loaded.warnings : [...loaded.faults, ...loaded.warnings]
      for (const sentence of told) expect(sentence).toMatch(/\S+ \S+/)
      expect(told.join('\n')).not.toMatch(/planted|\bat .*\.[jt]s:\d/)
      if (!loaded.isValid) {
        expect(loaded.faults.length).toBeGreaterThan(0)
        return
      }
      valid++
      const gateway = createGateway({
        config: loaded.config,
        clock: { monotonicMs: () => 0, date: () => new Date(0) },
        log: pino({ level: 'silent' }),
      })
      expect(gateway.targets().length).toBeLessThanOrEqual(loaded.config.models.length)
      await gateway.close()
    }),
    { numRuns: runs, seed: 7 },
  )
  // Some spoiled files are still valid, most are not.
  expect(valid).toBeGreaterThan(runs / 20)
  expect(valid).toBeLessThan(runs / 2)
}, 120_000)
