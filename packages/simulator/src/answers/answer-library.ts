/**
 * All texts of the simulated models, read once at the start: answers to the prompts that ship with the app, found by
 * the words of the prompt, and texts for any other prompt, which say that they are simulated.
 */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { hashText } from '../seed.ts'
import { type Answer, parseAnswer } from './answer-file.ts'
import { type Manner, parseManner } from './manner.ts'

export interface AnswerLibrary {
  /** Always the same answer for the same prompt, so that all lanes of a race answer alike. */
  find(prompt: string): Answer
  manner: Manner
}

/** Throws an error that names the file, if one cannot be read. */
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

/** The answer whose words are all in the prompt; of several, the one with the most words. */
function findTopic(prompt: string, topics: Answer[]): Answer | undefined {
  const text = prompt.toLowerCase()
  const fitting = topics.filter(({ asks }) =>
    asks.every((forms) => forms.some((form) => startsAWord(text, form))),
  )
  return fitting.sort((one, other) => other.asks.length - one.asks.length)[0]
}

/**
 * Whether the text has a word that begins with the form: `prime` matches `primes`, but `rank` does not match `frank`.
 */
function startsAWord(text: string, form: string): boolean {
  let at = text.indexOf(form)
  while (at !== -1) {
    if (at === 0 || !/[\p{L}\p{N}]/u.test(text[at - 1]!)) return true
    at = text.indexOf(form, at + 1)
  }
  return false
}
