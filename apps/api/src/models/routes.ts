/**
 * `GET /api/models`: which models can race, and why the others cannot. When the gateway gives no list, the answer is
 * still a 200, with the problem in words.
 */
import type { ModelList } from '@drag-race/contracts'
import express from 'express'
import type { Catalog } from './catalog.ts'

export function createModelRoutes(catalog: Catalog): express.Router {
  const router = express.Router()
  router.get('/models', async (_request, response) => {
    const { models, problem } = await catalog.read()
    response.json({ models, problem } satisfies ModelList)
  })
  return router
}
