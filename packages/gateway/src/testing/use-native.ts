/** Providers with a dialect of their own behind a gateway, one a test, closed after it; and what they answer. */
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

/** A whole stream of it. */
export const bytesOf = (name: Native) => Buffer.concat([nativeStreams[name].begin, nativeStreams[name].rest])

/** Streams these pieces, or a whole stream of it. */
export const answering = (name: Native, pieces: (string | Uint8Array)[] = [bytesOf(name)]): Answering =>
  stream(pieces, { 'content-type': nativeStreams[name].type })
