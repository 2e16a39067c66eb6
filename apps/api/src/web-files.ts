/** The built web. A path that is no file is a page of the app, so that a permalink opens; /api never gets here. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import express from 'express'

/** `folder`: what Vite builds. */
export function serveWeb(folder: string): express.Router {
  const router = express.Router()
  const index = path.join(folder, 'index.html')

  // Vite names these by a hash of their content: they never change.
  router.use(
    '/assets',
    express.static(path.join(folder, 'assets'), {
      immutable: true,
      maxAge: '1y',
      fallthrough: false,
      index: false,
    }),
  )
  router.use(express.static(folder, { index: false, cacheControl: false }))

  router.get(/.*/, (request, response, next) => {
    if (!request.accepts('html')) return next()
    // Checked each time, because a build can end after the app has started.
    if (!existsSync(index)) {
      response.status(503).type('text').send('The web is not built yet. Run: npm start\n')
      return
    }
    response.set('cache-control', 'no-cache').sendFile(index)
  })
  return router
}
