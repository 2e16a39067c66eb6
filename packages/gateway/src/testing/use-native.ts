/** A gateway in front of a provider with a dialect of its own, closed after each test; and the provider's answers. */
import { type Native, nativeStreams, startNative } from './native.ts'
import { useOpened } from './opened.ts'
import { type Answering, stream } from './upstream.ts'

export function useNative() {
  const opened = useOpened()
  return {
    opened,
    async start(answer: Answering) {
      const started = await startNative(answer)
      opened.push(started.upstream, started.gateway)
      return started
    },
  }
}

/** A whole stream in its dialect. */
export const bytesOf = (name: Native) => Buffer.concat([nativeStreams[name].begin, nativeStreams[name].rest])

/** Streams these pieces, or a whole stream in its dialect. */
export const answering = (name: Native, pieces: (string | Uint8Array)[] = [bytesOf(name)]): Answering =>
  stream(pieces, { 'content-type': nativeStreams[name].type })
