/**
 * The answers of the recorded streams, one after the other; null where the recordings are not beside the project.
 */
import { readChunk } from '@drag-race/contracts'
import { createFrameSplitter, readFrame } from '@drag-race/wire'
import { hasTranscripts, transcriptBytes, transcripts } from '../../tests/support/transcripts.ts'
import type { Text } from './provider.ts'

export function readRecordedText(): Text | null {
  if (!hasTranscripts) return null
  const answers = transcripts('stream')
    .filter((name) => name.endsWith('.sse'))
    .map((name) => toAnswer(transcriptBytes(name)))
  return { lead: '', body: `${answers.filter((answer) => answer !== '').join('\n\n')}\n\n` }
}

function toAnswer(bytes: Uint8Array): string {
  return createFrameSplitter()
    .push(bytes)
    .map((frame) => readChunk(parse(readFrame(frame).data)).answer)
    .join('')
}

/** null for `[DONE]`, comments and the broken chunks among them. */
function parse(data: string | null): unknown {
  try {
    return JSON.parse(data ?? 'null')
  } catch {
    return null
  }
}
