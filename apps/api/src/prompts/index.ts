export { createPromptRoutes } from './routes.ts'
export { findPrompt } from './store.ts'
