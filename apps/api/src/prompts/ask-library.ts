/**
 * What a race asks when it names a prompt of the library: the library's text, unless the race brings its own. A text
 * that differs is the user's own, and its races are in no category of the leaderboard.
 */
import type { RaceRequest } from '@drag-race/contracts'
import type { Kysely } from 'kysely'
import { invalidRequest } from '../api-fault.ts'
import type { Schema } from '../history/schema.ts'
import { findPrompt } from './store.ts'

export interface Question {
  /** With its prompt, be it from the caller or from the library. */
  request: RaceRequest
  /** That of the library's prompt; null for any other text. */
  category: string | null
}

/** Throws a 400 when the library has no such prompt. */
export async function askLibrary(db: Kysely<Schema>, request: RaceRequest): Promise<Question> {
  const { promptId, messages } = request
  if (promptId === undefined) return { request, category: null }
  const found = await findPrompt(db, promptId)
  if (found === null) throw unknownPrompt(promptId)
  if (messages !== undefined) return { request, category: null }
  const prompt = request.prompt ?? found.text
  return { request: { ...request, prompt }, category: prompt === found.text ? found.category : null }
}

function unknownPrompt(id: string) {
  const message = `The library has no prompt "${id}". GET /api/prompts lists those that it has; a text of your own needs no promptId.`
  return invalidRequest([{ path: 'promptId', message }])
}
