import type { RaceRequest } from './race-request.ts'

/** What is shown as a race's prompt: of a conversation, its last message from the user. */
export function toPromptText(request: RaceRequest): string {
  return request.prompt ?? request.messages?.findLast(({ role }) => role === 'user')?.content ?? ''
}
