/** The library of prompts: `GET /api/prompts` and its siblings. */
import * as z from 'zod/mini'

export const promptCategories = [
  'coding',
  'reasoning',
  'maths',
  'writing',
  'knowledge',
  'extraction',
  'planning',
] as const

export const PromptInput = z.strictObject({
  title: z.string().check(z.trim(), z.minLength(1, 'Give the prompt a title.'), z.maxLength(120)),
  category: z.string().check(z.trim(), z.minLength(1, 'Choose a category.'), z.maxLength(60)),
  text: z.string().check(z.regex(/\S/, 'The prompt is empty.'), z.maxLength(200_000)),
})
export type PromptInput = z.infer<typeof PromptInput>

export interface Prompt extends PromptInput {
  id: string
  /** Shipped with the app: it can be copied, but not changed. */
  isBuiltIn: boolean
}
