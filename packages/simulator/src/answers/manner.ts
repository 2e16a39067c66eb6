/** Texts that fit any answer: the pleasantries of a chatty model, and thoughts for the reasoning. */
import { parseSections } from './answer-file.ts'

type Lines = [string, ...string[]]

export interface Manner {
  greetings: Lines
  farewells: Lines
  /** Thoughts about the question. */
  understanding: Lines
  /** Thoughts on whether the answer is right. */
  checking: Lines
}

/** Each paragraph is one line to choose from. */
export function parseManner(text: string): Manner {
  const sections = parseSections(text)
  const lines = (name: string): Lines => {
    const [first, ...rest] = (sections.get(name) ?? '').split(/\n\n+/)
    if (!first) throw new Error(`manner.md lacks its section <!-- ${name} -->.`)
    return [first, ...rest]
  }
  return {
    greetings: lines('greetings'),
    farewells: lines('farewells'),
    understanding: lines('understanding'),
    checking: lines('checking'),
  }
}
