/** A simulator on a free port, and a client that reads it as any other program would. */
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { readChunk, type SimulatorLedger } from '@drag-race/contracts'
import { decodeEvents } from '@drag-race/wire'
import { readAnswers } from '../answers/answer-library.ts'
import { createSimulator, type Outside } from '../server.ts'

const answers = await readAnswers(fileURLToPath(new URL('../answers/', import.meta.url)))

export interface Ask {
  model: string
  prompt?: string
  /** More fields of the body. */
  with?: object
  signal?: AbortSignal
}

/** The ids of completions are `sim-1`, `sim-2`, … in the order in which they are accepted. */
export async function startSimulator(bounds: Pick<Outside, 'callsMax' | 'drainMsMax'> = {}) {
  let calls = 0
  const faults: unknown[] = []
  const server = createSimulator({
    answers,
    clock: { nowNs: () => process.hrtime.bigint(), wallMs: () => 1_700_000_000_000 },
    newId: () => `sim-${++calls}`,
    onFault: (cause) => faults.push(cause),
    ...bounds,
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  function post(body: string, signal?: AbortSignal) {
    return fetch(`${url}/v1/chat/completions`, { method: 'POST', body, signal: signal ?? null })
  }

  function ask({ model, prompt = 'Explain the Monty Hall problem', signal, ...more }: Ask) {
    return post(
      JSON.stringify({ model, messages: [{ role: 'user', content: prompt }], ...more.with }),
      signal,
    )
  }

  return {
    url,
    server,
    /** Unexpected errors of the server; empty in all tests. */
    faults,
    post,
    ask,
    async askWhole(call: Ask) {
      const response = await ask(call)
      const body: unknown = await response.json()
      return { status: response.status, headers: response.headers, body, facts: readChunk(body) }
    },
    async stream(call: Ask) {
      const response = await ask({ ...call, with: { stream: true, ...call.with } })
      return { response, events: readEvents(response) }
    },
    async ledger(id: string): Promise<SimulatorLedger | null> {
      const response = await fetch(`${url}/ledger/${id}`)
      return response.ok ? ((await response.json()) as SimulatorLedger) : null
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Gives the data of each event as it arrives; throws when the socket breaks. */
async function* readEvents(response: Response): AsyncGenerator<string> {
  if (!response.body) throw new Error('The response has no body.')
  for await (const read of decodeEvents(response.body)) for (const { data } of read) yield data
}

/** All that a finished stream sent. */
export async function collect(events: AsyncIterable<string>) {
  const data: string[] = []
  let broke = false
  try {
    for await (const one of events) data.push(one)
  } catch {
    broke = true
  }
  const facts = data.filter((one) => one !== '[DONE]').map((one) => readChunk(parseOrNull(one)))
  return {
    data,
    /** The socket was cut. */
    broke,
    facts,
    answer: facts.map((one) => one.answer).join(''),
    reasoning: facts.map((one) => one.reasoning).join(''),
    /** Chunks that hold text. */
    textChunks: facts.filter((one) => one.answer + one.reasoning !== ''),
    finishReasons: facts.flatMap((one) => one.finishReason ?? []),
    usage: facts.findLast((one) => one.usage !== null)?.usage ?? null,
  }
}

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
