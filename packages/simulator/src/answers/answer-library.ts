/**
 * All that simulated models can say, read once at start: answers to the prompts that ship with the app, found by the
 * words of the prompt, and texts for any other prompt, which say themselves that they are stand-ins.
 */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { hashText } from '../seed.ts'
import { type Answer, parseAnswer } from './answer-file.ts'
import { type Manner, parseManner } from './manner.ts'

export interface AnswerLibrary {
  /** Always the same for the same prompt, so that all lanes of a race speak of the same thing. */
  find(prompt: string): Answer
  manner: Manner
}

/** Throws when a file is not as it should be, and names it. */
export async function readAnswers(folder: string): Promise<AnswerLibrary> {
  const topics = await readFolder(join(folder, 'topics'))
  const general = await readFolder(join(folder, 'general'))
  const manner = parseManner(await readFile(join(folder, 'manner.md'), 'utf8'))
  return {
    manner,
    find: (prompt) => findTopic(prompt, topics) ?? general[hashText(prompt) % general.length]!,
  }
}

async function readFolder(folder: string): Promise<[Answer, ...Answer[]]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.md')).sort()
  const answers = await Promise.all(
    names.map(async (name) => parseAnswer(await readFile(join(folder, name), 'utf8'), name)),
  )
  const [first, ...rest] = answers
  if (first === undefined) throw new Error(`There is no answer in ${folder}.`)
  return [first, ...rest]
}

/** The answer of which every word is asked for; of several, the one with most words. */
function findTopic(prompt: string, topics: Answer[]): Answer | undefined {
  const text = prompt.toLowerCase()
  const fitting = topics.filter(({ asks }) =>
    asks.every((forms) => forms.some((form) => startsAWord(text, form))),
  )
  return fitting.sort((one, other) => other.asks.length - one.asks.length)[0]
}

/** Found at the start of a word: `prime` is in `primes`, and `rank` not in `frank`. */
function startsAWord(text: string, form: string): boolean {
  let at = text.indexOf(form)
  while (at !== -1) {
    if (at === 0 || !/[\p{L}\p{N}]/u.test(text[at - 1]!)) return true
    at = text.indexOf(form, at + 1)
  }
  return false
}
