/**
 * The request that starts a race. The library can lack its prompt: it was deleted there, or the race was imported from
 * another machine. The app refuses such a race before it starts, and the request is sent again with the text alone.
 */
import type { RaceRequestInput } from '@drag-race/contracts'
import { toProblem } from '../read-json.ts'

export async function postRace(
  fetchIt: typeof fetch,
  request: RaceRequestInput,
  signal: AbortSignal,
): Promise<Response> {
  const response = await fetchIt('/api/race', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify(request),
    signal,
  })
  if (response.status !== 400 || !(await isPromptGone(response.clone()))) return response
  const { promptId, ...own } = request
  return postRace(fetchIt, own, signal)
}

async function isPromptGone(refusal: Response): Promise<boolean> {
  return (await toProblem(refusal)).details.some(({ path }) => path === 'promptId')
}
