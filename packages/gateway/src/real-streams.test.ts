/** Recorded streams of real providers, served to the gateway in every cut: the bytes are passed on unchanged. */
import { isUsageOnly } from '@drag-race/contracts'
import { createFrameSplitter, readFrame } from '@drag-race/wire'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasRecordings, recorded, recordedIn } from './dialects/testing/streams.ts'
import { type ErrorBody, messages, type RunningGateway, startGateway } from './testing/gateway.ts'
import { relayPieces } from './testing/relay.ts'
import { startUpstream, type Upstream } from './testing/upstream.ts'

interface Expected {
  status?: number
  headers?: Record<string, string>
  done?: boolean
}

const expected: Record<string, Expected> = hasRecordings
  ? JSON.parse(recorded('expected.json').toString())
  : {}
const cuts = ['recorded', 'bytes', 'whole', 'slices'] as const
type Cut = (typeof cuts)[number]

let upstream: Upstream
let gateway: RunningGateway

beforeAll(async () => {
  upstream = await startUpstream(async (response, request) => {
    const [name, cut] = (JSON.parse(request.body).model as string).split('@') as [string, Cut]
    const { status = 200, headers = { 'content-type': 'text/event-stream' } } = expected[name] ?? {}
    response.writeHead(status, headers)
    for (const [index, piece] of pieces(name, cut).entries()) {
      response.write(piece)
      if (cut !== 'bytes' || index % 64 === 0) await new Promise(setImmediate)
    }
    response.end()
  })
  const names = [
    ...files('stream').flatMap((name) => cuts.map((cut) => `${name}@${cut}`)),
    ...files('errors'),
  ]
  const params = { baseUrl: `${upstream.url}/v1` }
  gateway = await startGateway({ models: names.map((name) => ({ name, provider: 'custom', params })) })
})
afterAll(async () => {
  await gateway.close()
  await upstream.close()
})

test.skipIf(!hasRecordings)('the recorded streams lie beside the project', () => {
  expect(files('stream').length).toBeGreaterThan(20)
})

/** Streams with an error that a client of OpenAI's form sees by itself. */
const failing =
  /groq-gpt-oss-120b-midstream-error|llamacpp-error-context-in-200|openrouter-llama-3.3-comments-then-error/

describe.skipIf(!hasRecordings).each(files('stream'))('%s', (name) => {
  test.each(cuts)('comes out as it went in, cut in %s', async (cut) => {
    const bytes = recorded(name)
    const whole = await ask(`${name}@${cut}`, { stream_options: { include_usage: true } })
    expect(whole.subarray(0, bytes.length).equals(bytes)).toBe(true)
    expectOnlyWhatIsAdded(name, whole.subarray(bytes.length).toString())

    const less = withoutUsageChunk(bytes)
    const notAsked = await ask(`${name}@${cut}`, {})
    expect(notAsked.subarray(0, less.length).equals(less)).toBe(true)
    expectOnlyWhatIsAdded(name, notAsked.subarray(less.length).toString())
    const outcome = name.includes('gpustack') || failing.test(name) ? 'stream_error' : 'ok'
    expect(gateway.logs.at(-1)).toMatchObject({ outcome })
  })
})

describe.skipIf(!hasRecordings).each(files('errors'))('%s', (name) => {
  test.each([true, false])('keeps its status and is told in words (streaming: %s)', async (stream) => {
    const answer = await gateway.chat({ model: name, messages, stream })
    const { status, headers } = expected[name]!
    expect(answer.status).toBe(status)
    const { error } = (await answer.json()) as ErrorBody
    expect(error.message).toMatch(/[a-z]{3}/)
    expect(error.message).not.toMatch(/<html|<script|\[object|undefined/)
    expect([null, undefined, 'string']).toContain(error.code == null ? error.code : typeof error.code)
    const retryAfter = name.includes('gemini') ? '48' : (headers?.['retry-after'] ?? null)
    expect(answer.headers.get('retry-after')).toBe(retryAfter)
  })
})

async function ask(model: string, more: object): Promise<Buffer> {
  const answer = await gateway.chat({ model, messages, stream: true, ...more })
  return Buffer.from(await answer.arrayBuffer())
}

describe.skipIf(!hasRecordings).each(files('stream'))('%s', (name) => {
  test('is read the same byte by byte, with the usage chunk passed on, left out and reported', async () => {
    const bytes = recorded(name)
    const byByte = Array.from(bytes, (byte) => Uint8Array.of(byte))
    for (const rule of ['passed', 'dropped', 'reported'] as const) {
      expect(await relayPieces(byByte, rule)).toEqual(await relayPieces([bytes], rule))
    }
  })
})

function expectOnlyWhatIsAdded(name: string, added: string) {
  if (name.includes('gpustack')) {
    expect(readFrame(Buffer.from(added)).data).toMatch(/^\{"error":\{"message":".*failed to decode/)
  } else {
    expect(added).toBe(failing.test(name) || expected[name]!.done ? '' : 'data: [DONE]\n\n')
  }
}

function withoutUsageChunk(bytes: Buffer): Buffer {
  const splitter = createFrameSplitter()
  const frames = [...splitter.push(bytes), splitter.rest()]
  const isUsage = ({ data }: { data: string | null }) =>
    data?.startsWith('{') === true && isUsageOnly(JSON.parse(data))
  return Buffer.concat(frames.filter((frame) => !isUsage(readFrame(frame))))
}

function files(kind: 'stream' | 'errors'): string[] {
  return recordedIn(kind).filter((name) => !name.endsWith('.chunks.json'))
}

function pieces(name: string, cut: Cut): Buffer[] {
  const bytes = recorded(name)
  let offset = 0
  return sizes(name, cut, bytes).map((size) => {
    offset += size
    return bytes.subarray(offset - size, offset)
  })
}

function sizes(name: string, cut: Cut, bytes: Buffer): number[] {
  switch (cut) {
    case 'bytes':
      return Array.from(bytes, () => 1)
    case 'recorded': {
      const reads = name.replace(/\.sse$/, '.chunks.json')
      // Where the reads were not recorded, each event is a read.
      return recordedIn('stream').includes(reads)
        ? JSON.parse(recorded(reads).toString())
        : bytes
            .toString('latin1')
            .split(/(?<=\r?\n\r?\n)/)
            .map(({ length }) => length)
    }
    case 'slices':
      return randomSizes(bytes.length)
    default:
      return [bytes.length]
  }
}

/** The same in every run. */
function randomSizes(total: number): number[] {
  const found: number[] = []
  let random = total
  for (let offset = 0; offset < total; offset += found.at(-1)!) {
    random = (random * 1_103_515_245 + 12_345) % 2 ** 31
    found.push(Math.min(1 + (random % 400), total - offset))
  }
  return found
}
