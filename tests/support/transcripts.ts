/**
 * Recorded streams of providers, served as an upstream. They are beside the project (`../shared/transcripts`), not in
 * it; where they are absent, the tests that need them are skipped.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { root } from './programs.ts'

const folder = join(root, '..', 'shared', 'transcripts')
export const hasTranscripts = existsSync(join(folder, 'expected.json'))

/** How the bytes of a file are cut into writes. */
export const cuts = ['recorded', 'bytes', 'whole', 'slices'] as const
export type Cut = (typeof cuts)[number]

export interface Expected {
  status?: number
  headers?: Record<string, string>
  done?: boolean
  n_finish?: number
  finish?: [number, string][]
  content_chars?: number
  reasoning_chars?: number
  last_usage?: { prompt_tokens?: number; completion_tokens?: number; total_tokens?: number }
}

const expected: Record<string, Expected> = hasTranscripts
  ? JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8'))
  : {}

/** File names below `stream` or `errors`, such as `stream/vllm-opt-125m-text.sse`. */
export function transcripts(kind: 'stream' | 'errors'): string[] {
  if (!hasTranscripts) return []
  return readdirSync(join(folder, kind))
    .filter((name) => !name.endsWith('.chunks.json'))
    .map((name) => `${kind}/${name}`)
}

export const transcriptBytes = (name: string): Buffer => readFileSync(join(folder, name))
export const expectedOf = (name: string): Expected => expected[name] ?? {}

/** A model whose name is a transcript and a cut, as an entry of gateway.yaml. */
export const modelName = (name: string, cut: Cut) => `${name}@${cut}`

export function transcriptModels(upstreamUrl: string): object[] {
  const entry = (name: string) => ({
    name,
    provider: 'custom',
    params: { baseUrl: `${upstreamUrl}/v1`, apiKey: 'x' },
  })
  return [
    ...transcripts('stream').flatMap((name) => cuts.map((cut) => entry(modelName(name, cut)))),
    ...transcripts('errors').map((name) => entry(modelName(name, 'whole'))),
  ]
}

/** Answers each chat completion with the transcript that its model names. */
export async function startTranscriptUpstream(): Promise<{ url: string; close(): Promise<void> }> {
  const server: Server = createServer((request, response) => {
    let body = ''
    request.on('data', (text) => {
      body += text
    })
    request.on('end', () => {
      const [name, cut] = (JSON.parse(body).model as string).split('@') as [string, Cut]
      serve(name, cut, response)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

async function serve(name: string, cut: Cut, response: ServerResponse) {
  const { status = 200, headers = { 'content-type': 'text/event-stream' } } = expectedOf(name)
  response.writeHead(status, headers)
  response.socket?.setNoDelay(true)
  for (const [index, piece] of pieces(name, cut).entries()) {
    if (response.destroyed) return
    // Each write is an HTTP chunk of its own, which the reader gets one by one even when the network joins them.
    response.write(piece)
    if (cut !== 'bytes' || index % 64 === 0) await new Promise(setImmediate)
  }
  response.end()
}

function pieces(name: string, cut: Cut): Buffer[] {
  const bytes = transcriptBytes(name)
  const sizes =
    cut === 'whole'
      ? [bytes.length]
      : cut === 'recorded'
        ? recordedSizes(name, bytes)
        : sliceSizes(bytes, cut)
  let offset = 0
  return sizes.map((size) => {
    offset += size
    return bytes.subarray(offset - size, offset)
  })
}

/** The reads as they were recorded; where they were not, one event for each read. */
function recordedSizes(name: string, bytes: Buffer): number[] {
  const path = join(folder, name.replace(/\.sse$/, '.chunks.json'))
  if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8'))
  return bytes
    .toString('latin1')
    .split(/(?<=\r?\n\r?\n)/)
    .map((part) => part.length)
}

/** Single bytes, or slices of random sizes that are the same in every run. */
function sliceSizes(bytes: Buffer, cut: Cut): number[] {
  if (cut === 'bytes') return Array.from(bytes, () => 1)
  const sizes: number[] = []
  let random = bytes.length
  for (let offset = 0; offset < bytes.length; offset += sizes.at(-1)!) {
    random = (random * 1_103_515_245 + 12_345) % 2 ** 31
    sizes.push(Math.min(1 + (random % 400), bytes.length - offset))
  }
  return sizes
}
