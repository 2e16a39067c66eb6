/** Reads a request's body as JSON, or refuses it with what is wrong. */
import { isUtf8 } from 'node:buffer'
import type { IncomingMessage } from 'node:http'
import { GatewayError } from './errors.ts'
import { checkStructure } from './json-structure.ts'
import { readBody } from './read-body.ts'
import { hasStartSignal } from './start-signal.ts'

export interface JsonBody {
  /** The body as it came. */
  bytes: Buffer
  json: unknown
}

/** Throws `unsupported_media_type`, `invalid_json`, `invalid_request` and what `readBody` throws. */
export async function readJsonBody(request: IncomingMessage, bytesMax: number): Promise<JsonBody> {
  checkType(request)
  const bytes = await readBody(request, bytesMax)
  return { bytes, json: parseJson(bytes, hasStartSignal(request) ? signalHint : '') }
}

/** Without asking for permission (CORS), a page in a browser can post a form to a loopback address, but not JSON. */
function checkType({ headers }: IncomingMessage) {
  const type = headers['content-type'] ?? ''
  if (!/^application\/json\s*(;|$)/i.test(type)) {
    throw new GatewayError(
      'unsupported_media_type',
      `The body must be JSON: send \`Content-Type: application/json\`, not ${type ? JSON.stringify(type.slice(0, 100)) : 'none'}.`,
    )
  }
  const encoding = headers['content-encoding'] ?? 'identity'
  if (encoding !== 'identity') {
    throw new GatewayError('unsupported_media_type', 'Send the body uncompressed, without Content-Encoding.')
  }
}

const signalHint =
  ' With x-gateway-start the last byte of the body is the start signal, not part of the JSON: put a line end there.'

function parseJson(body: Buffer, hint: string): unknown {
  if (body.length === 0) throw new GatewayError('invalid_json', 'The body is empty: send a JSON object.')
  checkStructure(body)
  const text = body.toString()
  // Bytes that are not UTF-8 become this character, which hardly any text contains.
  if (text.includes('\ufffd') && !isUtf8(body)) {
    throw new GatewayError('invalid_json', 'The body is not UTF-8.')
  }
  try {
    return JSON.parse(text)
  } catch (cause) {
    if (text.startsWith('\ufeff')) {
      throw new GatewayError('invalid_json', 'The body begins with a byte order mark: send it without one.', {
        cause,
      })
    }
    throw new GatewayError('invalid_json', `The body is not JSON${placeOf(cause)}.${hint}`, { cause })
  }
}

/** The position of the fault, without the text around it, which the error also holds. */
function placeOf(cause: unknown): string {
  const place = /at position \d+/.exec(cause instanceof Error ? cause.message : '')
  return place ? ` (${place[0]})` : ''
}
