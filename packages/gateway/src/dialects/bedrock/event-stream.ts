/**
 * Decodes `application/vnd.amazon.eventstream`, cut anywhere.
 *
 * A message: total length, length of the headers, CRC of these eight bytes, headers, payload, CRC of all before it;
 * big-endian, CRC-32 as in zip. Both checksums are checked, the first one before its lengths are used, so that a
 * damaged length cannot make us wait for gigabytes. Source: AWS, "Amazon Transcribe, event stream encoding"; smithy.io,
 * event stream specification.
 */
import { crc32 } from 'node:zlib'
import { badAnswer } from '../dialect-error.ts'

export interface EventMessage {
  /** Only headers of type string, such as `:event-type`; others are of no use here. */
  headers: Record<string, string>
  payload: Uint8Array
}

export interface EventStreamDecoder {
  /** Yields one by one, so that messages before a damaged one are handed out. Throws a `DialectError` for that one. */
  push(bytes: Uint8Array): Iterable<EventMessage>
}

/** The two lengths and their checksum. */
const preludeBytes = 12
const crcBytes = 4
/** The protocol's own limit; a message of a chat is below a kilobyte. */
const messageBytesMax = 24 * 1024 * 1024

export function createEventStreamDecoder(): EventStreamDecoder {
  let held: Buffer[] = []
  let heldBytes = 0
  /** The length of the message that is being collected; null until its prelude is there. */
  let totalBytes: number | null = null

  const join = (): Buffer => {
    const joined = held.length === 1 ? held[0]! : Buffer.concat(held, heldBytes)
    held = [joined]
    return joined
  }
  const take = (): EventMessage | null => {
    if (totalBytes === null) {
      if (heldBytes < preludeBytes) return null
      totalBytes = readPrelude(join())
    }
    if (heldBytes < totalBytes) return null
    const joined = join()
    const message = readMessage(joined.subarray(0, totalBytes))
    const rest = joined.subarray(totalBytes)
    held = [rest]
    heldBytes = rest.length
    totalBytes = null
    return message
  }

  return {
    *push(bytes) {
      // Copied: the caller may reuse its read buffer.
      held.push(Buffer.from(bytes))
      heldBytes += bytes.length
      for (let message = take(); message; message = take()) yield message
    },
  }
}

/** The whole length of the message that begins here. */
function readPrelude(bytes: Buffer): number {
  if (crc32(bytes.subarray(0, 8)) !== bytes.readUInt32BE(8))
    throw damaged('the checksum of a prelude is wrong')
  const totalBytes = bytes.readUInt32BE(0)
  const headerBytes = bytes.readUInt32BE(4)
  if (totalBytes > messageBytesMax || totalBytes < preludeBytes + headerBytes + crcBytes) {
    throw damaged(`a message claims ${totalBytes} bytes`)
  }
  return totalBytes
}

function readMessage(bytes: Buffer): EventMessage {
  const end = bytes.length - crcBytes
  if (crc32(bytes.subarray(0, end)) !== bytes.readUInt32BE(end))
    throw damaged('the checksum of a message is wrong')
  const payloadAt = preludeBytes + bytes.readUInt32BE(4)
  return {
    headers: readHeaders(bytes.subarray(preludeBytes, payloadAt)),
    payload: bytes.subarray(payloadAt, end),
  }
}

/** Length of a header's value by its type; strings and byte arrays give theirs in the two bytes before. */
const valueBytes: Record<number, number> = { 0: 0, 1: 0, 2: 1, 3: 2, 4: 4, 5: 8, 8: 8, 9: 16 }
const byteArray = 6
const string = 7

/** A header: length of the name, name, type, value. */
function readHeaders(bytes: Buffer): Record<string, string> {
  const headers: Record<string, string> = {}
  let offset = 0
  try {
    while (offset < bytes.length) {
      const nameEnd = offset + 1 + bytes.readUInt8(offset)
      const name = bytes.toString('utf8', offset + 1, nameEnd)
      const type = bytes.readUInt8(nameEnd)
      const isSized = type === string || type === byteArray
      const valueAt = nameEnd + 1 + (isSized ? 2 : 0)
      const length = isSized ? bytes.readUInt16BE(nameEnd + 1) : valueBytes[type]
      if (length === undefined || valueAt + length > bytes.length) throw damaged(`header ${name} is broken`)
      if (type === string) headers[name] = bytes.toString('utf8', valueAt, valueAt + length)
      offset = valueAt + length
    }
  } catch (error) {
    // Node throws it for reading past the end.
    if (error instanceof RangeError) throw damaged('a header is cut off')
    throw error
  }
  return headers
}

function damaged(what: string) {
  return badAnswer(`The provider's event stream is damaged (${what}). What arrived is incomplete.`)
}
