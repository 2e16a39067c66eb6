/** Writes a message of AWS's event stream, with its checksums, for hand-written streams. */
import { crc32 } from 'node:zlib'

export function eventMessage(headers: Record<string, string>, payload: string | object): Buffer {
  const named = Buffer.concat(Object.entries(headers).map(([name, value]) => header(name, value)))
  return rawMessage(named, Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload)))
}

export function rawMessage(headers: Buffer, payload: Buffer): Buffer {
  const lengths = Buffer.alloc(8)
  lengths.writeUInt32BE(12 + headers.length + payload.length + 4, 0)
  lengths.writeUInt32BE(headers.length, 4)
  const unsummed = Buffer.concat([lengths, sum(lengths), headers, payload])
  return Buffer.concat([unsummed, sum(unsummed)])
}

/** An event of ConverseStream. */
export function event(type: string, payload: object): Buffer {
  return eventMessage(
    { ':event-type': type, ':content-type': 'application/json', ':message-type': 'event' },
    payload,
  )
}

/** Its value as a string, which is type 7. */
function header(name: string, value: string): Buffer {
  const length = Buffer.alloc(2)
  length.writeUInt16BE(Buffer.byteLength(value))
  return Buffer.concat([Buffer.of(name.length), Buffer.from(name), Buffer.of(7), length, Buffer.from(value)])
}

export function sum(bytes: Uint8Array): Buffer {
  const written = Buffer.alloc(4)
  written.writeUInt32BE(crc32(bytes))
  return written
}
