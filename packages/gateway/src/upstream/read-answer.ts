/** Reads a good answer's body whole, and looks at how much it is made of before anybody parses it. */
import { GatewayError } from '../errors.ts'
import { findExcess } from '../json-structure.ts'
import { readAll } from './read-all.ts'

/** Answers that do not stream are held whole; a longer one is no answer of a model. */
const bytesMax = 64 * 1024 * 1024
/** The log probabilities of ten thousand tokens; parsed in a quarter of a second. */
const valuesMax = 2_000_000

/** Throws `bad_response` for what is too much to be read. Embeddings are made of numbers: they may have more `values`. */
export async function readAnswer(
  body: AsyncIterable<Uint8Array>,
  provider: string,
  values = valuesMax,
): Promise<Buffer> {
  const { bytes, isWhole } = await readAll(body, bytesMax)
  if (!isWhole)
    throw new GatewayError('bad_response', `${provider} answered with more than ${bytesMax} bytes.`)
  const excess = findExcess(bytes, values)
  if (excess === null) return bytes
  throw new GatewayError(
    'bad_response',
    `The answer of ${provider} is ${excess}, which would hold up all other calls. Ask for less, or another model.`,
  )
}
