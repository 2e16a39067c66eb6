/** `/api/prompts`: the library and one's own prompts. What ships with the app is never changed: races point at it. */
import { type Prompt, PromptInput } from '@drag-race/contracts'
import express from 'express'
import { ApiFault, notFound, parseOrFault } from '../api-fault.ts'
import type { AppContext } from '../app-context.ts'
import { addPrompt, changePrompt, deletePrompt, findShipped, listPrompts, ownPromptsMax } from './store.ts'

export function createPromptRoutes(context: AppContext): express.Router {
  const { db } = context
  const router = express.Router()

  router.get('/prompts', async (_request, response) => {
    const prompts: Prompt[] = await listPrompts(db)
    response.json(prompts)
  })

  router.post('/prompts', async (request, response) => {
    const prompt = await addPrompt(db, parseOrFault(PromptInput, request.body), context.now())
    if (prompt === null) {
      throw new ApiFault(
        409,
        'too_many_prompts',
        `You have ${ownPromptsMax} prompts of your own, and no more can be kept. Delete one first.`,
      )
    }
    response.status(201).location(`/api/prompts/${prompt.id}`).json(prompt)
  })

  router.put('/prompts/:id', async (request, response) => {
    const { id } = request.params
    refuseShipped(id, 'changed')
    const prompt = await changePrompt(db, id, parseOrFault(PromptInput, request.body))
    if (prompt === null) throw unknownPrompt()
    response.json(prompt)
  })

  router.delete('/prompts/:id', async (request, response) => {
    const { id } = request.params
    refuseShipped(id, 'deleted')
    if (!(await deletePrompt(db, id))) throw unknownPrompt()
    response.status(204).end()
  })

  return router
}

const instead = {
  changed: 'Copy it, and change the copy.',
  deleted: 'Only prompts of your own can be deleted.',
}

function refuseShipped(id: string, what: keyof typeof instead) {
  const shipped = findShipped(id)
  if (shipped === null) return
  throw new ApiFault(
    403,
    'built_in_prompt',
    `"${shipped.title}" ships with the app and cannot be ${what}. ${instead[what]}`,
  )
}

function unknownPrompt(): ApiFault {
  return notFound('There is no prompt with this id: it may have been deleted. Load the list again.')
}
