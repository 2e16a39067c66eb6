/** An OpenTelemetry collector for tests: takes OTLP over HTTP as protobuf, and keeps the spans that it was sent. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Collector {
  url: string
  spans: Span[]
  /** How many spans came in each request. */
  batches: number[]
  /** Everything that arrived, as it arrived. */
  bytes(): Buffer
  close(): void
}

export interface Span {
  traceId: string
  spanId: string
  parentSpanId: string
  name: string
  /** 2 is a server's, 3 a client's. */
  kind: number
  startMs: number
  endMs: number
  attributes: Record<string, unknown>
  /** 0 unset, 2 error. */
  status: number
  service: unknown
  version: unknown
}

/** It answers when `answering` resolves. */
export async function startCollector(answering: Promise<void> = Promise.resolve()): Promise<Collector> {
  const spans: Span[] = []
  const batches: number[] = []
  const arrived: Buffer[] = []
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part)
    const body = Buffer.concat(parts)
    arrived.push(body)
    if (request.url === '/v1/traces') {
      const batch = readSpans(body)
      spans.push(...batch)
      batches.push(batch.length)
    }
    await answering
    response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    batches,
    bytes: () => Buffer.concat(arrived),
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** By the field numbers of opentelemetry/proto/trace/v1/trace.proto. */
function readSpans(body: Buffer): Span[] {
  return all(body, 1).flatMap((resourceSpans) => {
    const resource = readAttributes(all(resourceSpans, 1)[0]!, 1)
    const [service, version] = [resource['service.name'], resource['service.version']]
    return all(resourceSpans, 2)
      .flatMap((scopeSpans) => all(scopeSpans, 2))
      .map((span) => ({ ...readSpan(span), service, version }))
  })
}

function readSpan(span: Buffer): Omit<Span, 'service' | 'version'> {
  const fields = readFields(span)
  const hex = (number: number) => bytesOf(fields, number)?.toString('hex') ?? ''
  const ms = (number: number) => Number(bytesOf(fields, number)!.readBigUInt64LE()) / 1e6
  const status = bytesOf(fields, 15)
  return {
    traceId: hex(1),
    spanId: hex(2),
    parentSpanId: hex(4),
    name: bytesOf(fields, 5)!.toString(),
    kind: Number(fields.find(({ number }) => number === 6)!.value),
    startMs: ms(7),
    endMs: ms(8),
    attributes: readAttributes(span, 9),
    status: status ? Number(readFields(status).find(({ number }) => number === 3)?.value ?? 0) : 0,
  }
}

function readAttributes(message: Buffer, number: number): Record<string, unknown> {
  return Object.fromEntries(
    all(message, number).map((pair) => [all(pair, 1)[0]!.toString(), readValue(all(pair, 2)[0]!)]),
  )
}

function readValue(message: Buffer): unknown {
  const [field] = readFields(message)
  if (!field) return null
  const { number, value } = field
  if (number === 1) return value.toString()
  if (number === 2) return value === 1n
  if (number === 3) return Number(value)
  if (number === 4) return (value as Buffer).readDoubleLE()
  return all(value as Buffer, 1).map(readValue)
}

interface Field {
  number: number
  value: bigint | Buffer
}

/** Protobuf's wire format: a key, then a varint, eight bytes, a length with so many bytes, or four bytes. */
function readFields(message: Buffer): Field[] {
  const fields: Field[] = []
  let at = 0
  const varint = () => {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = message[at++]!
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
  }
  const bytes = (length: number) => {
    at += length
    return message.subarray(at - length, at)
  }
  while (at < message.length) {
    const key = Number(varint())
    const type = key & 7
    const value = type === 0 ? varint() : bytes(type === 1 ? 8 : type === 5 ? 4 : Number(varint()))
    fields.push({ number: key >> 3, value })
  }
  return fields
}

function all(message: Buffer, number: number): Buffer[] {
  return readFields(message).flatMap((field) =>
    field.number === number && typeof field.value !== 'bigint' ? [field.value] : [],
  )
}

function bytesOf(fields: readonly Field[], number: number): Buffer | undefined {
  const value = fields.find((field) => field.number === number)?.value
  return typeof value === 'bigint' ? undefined : value
}
