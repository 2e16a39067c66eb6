/**
 * What all stream maps share: the chunks that the reader of a dialect writes go out. An error that it throws ends the
 * stream, and so does an upstream that ends too early: a cut answer never looks like a short one.
 */
import { type ChunkWriter, createChunkWriter } from './chunk-writer.ts'
import type { AnswerContext, StreamMap } from './dialect.ts'
import { badAnswer, DialectError } from './dialect-error.ts'

/** Throws a `DialectError` when the stream cannot be used any more. */
export interface StreamReader {
  read(bytes: Uint8Array): void
  /** The upstream has ended. Writes what is still missing: finish reason, usage. */
  end(): void
}

export function createStreamMap(
  context: AnswerContext,
  openReader: (writer: ChunkWriter) => StreamReader,
): StreamMap {
  const writer = createChunkWriter(context)
  const reader = openReader(writer)
  const guarded = (work: () => void) => {
    try {
      if (writer.state !== 'closed') work()
    } catch (error) {
      if (!(error instanceof DialectError)) throw error
      writer.fail(error.fault)
    }
    return writer.take()
  }
  return {
    push: (bytes) => guarded(() => reader.read(bytes)),
    end: () =>
      guarded(() => {
        reader.end()
        checkWhole(writer)
        writer.done()
      }),
  }
}

function checkWhole({ state }: ChunkWriter) {
  if (state === 'empty') throw badAnswer('The provider answered with nothing. Try again.', 'empty_response')
  if (state === 'begun') {
    throw badAnswer(
      'The provider ended its answer without saying that it is finished. What arrived is incomplete.',
      'stream_cut',
    )
  }
}
