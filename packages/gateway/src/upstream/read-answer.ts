/** Reads the whole body of a successful answer, and checks its size and its number of values before it is parsed. */
import { GatewayError } from '../errors.ts'
import { findExcess } from '../json-structure.ts'
import { readAll } from './read-all.ts'

/** An answer that is not streamed is held in memory; no model's answer is longer than this. */
const bytesMax = 64 * 1024 * 1024
/** Enough for the log probabilities of ten thousand tokens; so many values are parsed in a quarter of a second. */
const valuesMax = 2_000_000

/** Throws `bad_response` when there is too much to read. Embeddings consist of numbers: more `values` are allowed. */
export async function readAnswer(
  body: AsyncIterable<Uint8Array>,
  provider: string,
  values = valuesMax,
): Promise<Buffer> {
  const { bytes, isWhole } = await readAll(body, bytesMax)
  if (!isWhole)
    throw new GatewayError(
      'bad_response',
      `${provider} answered with more than ${bytesMax} bytes. Ask for less, or use another model.`,
    )
  const excess = findExcess(bytes, values)
  if (excess === null) return bytes
  throw new GatewayError(
    'bad_response',
    `The answer of ${provider} is ${excess}, which would hold up all other calls. Ask for less, or use another model.`,
  )
}
