/**
 * Turns an answer into the text of one model: its form, its pleasantries, its reasoning, and its exact length if one is
 * asked for.
 */
import type { Model } from '../model-id.ts'
import type { Profile } from '../profile.ts'
import type { Script } from '../schedule.ts'
import { createRandom, type Random } from '../seeded-random.ts'
import { splitTokens } from '../tokens.ts'
import type { Answer } from './answer-file.ts'
import type { Manner } from './manner.ts'

type Voice = Pick<Model, 'profile' | 'answerTokens' | 'reasoningTokens'>

export function writeScript(answer: Answer, voice: Voice, seed: number, manner: Manner): Script {
  const { profile, answerTokens, reasoningTokens } = voice
  const random = createRandom(seed, 'words')
  const said = phrase(answer, profile.manner, random, manner)
  const thought = think(answer, profile.reasoning, random, manner)
  return {
    reasoning: reasoningTokens === null ? splitTokens(thought) : stretch(thought, reasoningTokens),
    answer: answerTokens === null ? splitTokens(said) : stretch(said, answerTokens),
  }
}

function phrase({ short, more }: Answer, how: Profile['manner'], random: Random, manner: Manner): string {
  const whole = more === '' ? short : `${short}\n\n${more}`
  switch (how) {
    case 'short':
      return short
    case 'whole':
      return whole
    case 'chatty':
      return `${random.pick(manner.greetings)}\n\n${whole}\n\n${random.pick(manner.farewells)}`
  }
}

/**
 * Thoughts about the question, then the answer's own reasoning, then checks until it is long enough. It always ends
 * with a whole paragraph.
 */
function think(answer: Answer, reasoning: Profile['reasoning'], random: Random, manner: Manner): string {
  if (reasoning === null) return ''
  const lengthWanted = random.whole(reasoning.tokensMin, reasoning.tokensMax)
  let text = `${random.pick(manner.understanding)}\n\n${answer.reasoning}`
  for (const check of shuffle(manner.checking, random)) {
    if (splitTokens(text).length >= lengthWanted) break
    text += `\n\n${check}`
  }
  return text
}

/** Exactly so many tokens: the text is repeated, then cut. */
function stretch(text: string, count: number): string[] {
  const times = Math.ceil(count / Math.max(1, splitTokens(text).length))
  return splitTokens(Array.from({ length: times }, () => text).join('\n\n')).slice(0, count)
}

/** The Fisher–Yates shuffle. */
function shuffle<T>(list: readonly T[], random: Random): T[] {
  const shuffled = [...list]
  for (let index = shuffled.length - 1; index > 0; index--) {
    const other = random.whole(0, index)
    ;[shuffled[index], shuffled[other]] = [shuffled[other]!, shuffled[index]!]
  }
  return shuffled
}
