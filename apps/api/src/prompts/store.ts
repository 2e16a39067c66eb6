/** The prompts: those that ship with the app, and one's own in the database. */
import { randomUUID } from 'node:crypto'
import type { Prompt, PromptInput } from '@drag-race/contracts'
import type { Kysely } from 'kysely'
import type { PromptsTable, Schema } from '../history/schema.ts'
import { promptLibrary } from './library.ts'

/** Limited because the list goes to the browser whole. */
export const ownPromptsMax = 1_000

/** The library first, then one's own in the order in which they were written. */
export async function listPrompts(db: Kysely<Schema>): Promise<Prompt[]> {
  const own = await db.selectFrom('prompts').selectAll().orderBy('created_at').orderBy('id').execute()
  return [...promptLibrary, ...own.map(toPrompt)]
}

/** null when no prompt has this id. */
export async function findPrompt(db: Kysely<Schema>, id: string): Promise<Prompt | null> {
  const shipped = findShipped(id)
  if (shipped) return shipped
  const row = await db.selectFrom('prompts').selectAll().where('id', '=', id).executeTakeFirst()
  return row ? toPrompt(row) : null
}

export function findShipped(id: string): Prompt | null {
  return promptLibrary.find((prompt) => prompt.id === id) ?? null
}

/**
 * null when the limit is reached. Counted and written in one transaction: two requests at once cannot
 * exceed it.
 */
export function addPrompt(db: Kysely<Schema>, input: PromptInput, now: Date): Promise<Prompt | null> {
  const row: PromptsTable = { id: randomUUID(), ...input, created_at: now.toISOString() }
  return db.transaction().execute(async (transaction) => {
    const { prompts } = await transaction
      .selectFrom('prompts')
      .select(({ fn }) => fn.countAll<number>().as('prompts'))
      .executeTakeFirstOrThrow()
    if (prompts >= ownPromptsMax) return null
    await transaction.insertInto('prompts').values(row).execute()
    return toPrompt(row)
  })
}

/** null when no own prompt has this id. */
export async function changePrompt(
  db: Kysely<Schema>,
  id: string,
  input: PromptInput,
): Promise<Prompt | null> {
  const row = await db
    .updateTable('prompts')
    .set({ title: input.title, category: input.category, text: input.text })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst()
  return row ? toPrompt(row) : null
}

/** Races that used it keep the prompt's text. false when no own prompt has this id. */
export async function deletePrompt(db: Kysely<Schema>, id: string): Promise<boolean> {
  const { numDeletedRows } = await db.deleteFrom('prompts').where('id', '=', id).executeTakeFirst()
  return numDeletedRows > 0n
}

function toPrompt({ id, title, category, text }: PromptsTable): Prompt {
  return { id, title, category, text, isBuiltIn: false }
}
