/**
 * The form that an answer really has: a stream was asked for, but some servers send one JSON body with the content type
 * of a stream, or with none. The answer is read by its content type, so that is corrected first.
 */
import type { Answer } from './attempt.ts'

/** Waits for the first bytes of the body. Throws the error that ended it before they came. */
export async function withTrueForm(answer: Answer): Promise<Answer> {
  if (/^(application\/json|text\/html)\b/i.test(answer.headers['content-type'] ?? '')) return answer
  const reads = answer.body[Symbol.asyncIterator]()
  const first = await reads.next()
  const body = fromFirst(first, reads)
  // No line of an event stream begins like this, nor does a frame of Bedrock's. `\s` matches a byte order mark too.
  const isJson = first.done !== true && /^\s*[{["]/.test(Buffer.from(first.value.subarray(0, 64)).toString())
  if (!isJson) return { ...answer, body }
  return { ...answer, body, headers: { ...answer.headers, 'content-type': 'application/json' } }
}

/** Not a generator, whose promises would cost something for each token. */
function fromFirst(
  first: IteratorResult<Uint8Array>,
  reads: AsyncIterator<Uint8Array>,
): AsyncIterable<Uint8Array> {
  let isFirst = true
  return {
    [Symbol.asyncIterator]: () => ({
      next() {
        if (!isFirst) return reads.next()
        isFirst = false
        return Promise.resolve(first)
      },
      return: () => reads.return?.() ?? Promise.resolve({ done: true, value: undefined }),
    }),
  }
}
