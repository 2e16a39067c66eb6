/** Races as a script would: one POST, and a fold over what comes back. */
import { emptyRace, RaceEvent, type RaceRequestInput, type RaceState, reduceRace } from '@drag-race/contracts'
import { decodeEvents } from '@drag-race/wire'

export async function race(appUrl: string, request: RaceRequestInput): Promise<RaceState> {
  return fold(await collect(await postRace(appUrl, request)))
}

export function postRace(appUrl: string, request: unknown, init: RequestInit = {}): Promise<Response> {
  return fetch(`${appUrl}/api/race`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(request),
    ...init,
  })
}

/** Every event of a response, checked against the contract; its `id` line must be its number. */
export async function* events(response: Response): AsyncGenerator<RaceEvent> {
  if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`)
  for await (const read of decodeEvents(response.body!)) {
    for (const { id, data } of read) {
      const event = RaceEvent.parse(JSON.parse(data))
      if (id !== String(event.seq)) throw new Error(`id ${id} for event ${event.seq}`)
      yield event
    }
  }
}

export async function collect(response: Response): Promise<RaceEvent[]> {
  const all: RaceEvent[] = []
  for await (const event of events(response)) all.push(event)
  return all
}

export function fold(tape: readonly RaceEvent[]): RaceState {
  return tape.reduce(reduceRace, emptyRace)
}
