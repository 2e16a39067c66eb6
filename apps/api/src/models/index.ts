export { type Catalog, createCatalog } from './catalog.ts'
export { toLaneEntries } from './lane-entries.ts'
export { createModelRoutes } from './routes.ts'
