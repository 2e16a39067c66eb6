/** Races as a viewer sees them: each event is checked against the contract, and its `id` line with its number. */
import {
  emptyRace,
  type RaceDetail,
  RaceEvent,
  type RaceRequestInput,
  type RaceState,
  reduceRace,
} from '@drag-race/contracts'
import { decodeEvents } from '@drag-race/wire'

export function postRace(url: string, request: unknown, init: RequestInit = {}): Promise<Response> {
  return fetch(`${url}/api/race`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(request),
    ...init,
  })
}

export async function race(url: string, request: RaceRequestInput): Promise<RaceState> {
  return fold(await collect(await postRace(url, request)))
}

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
  const tape: RaceEvent[] = []
  for await (const event of events(response)) tape.push(event)
  return tape
}

/** Reads up to the first event that fits, and leaves the rest to be read. */
export async function next(
  tape: AsyncGenerator<RaceEvent>,
  fits: (event: RaceEvent) => boolean,
): Promise<RaceEvent> {
  for (;;) {
    const { value, done } = await tape.next()
    if (done) throw new Error('the tape ended')
    if (fits(value)) return value
  }
}

export const rest = async (tape: AsyncGenerator<RaceEvent>): Promise<RaceEvent[]> => {
  const left: RaceEvent[] = []
  for await (const event of tape) left.push(event)
  return left
}

export function fold(tape: readonly RaceEvent[]): RaceState {
  return tape.reduce(reduceRace, emptyRace)
}

export const eventsOf = (url: string, raceId: string, init?: RequestInit): Promise<Response> =>
  fetch(`${url}/api/races/${raceId}/events`, init)

export const stop = (url: string, raceId: string, body: object = {}): Promise<Response> =>
  fetch(`${url}/api/races/${raceId}/stop`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })

export async function detail(url: string, raceId: string): Promise<RaceDetail> {
  return (await (await fetch(`${url}/api/races/${raceId}`)).json()) as RaceDetail
}
