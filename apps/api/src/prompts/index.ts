export { askLibrary } from './ask-library.ts'
export { createPromptRoutes } from './routes.ts'
