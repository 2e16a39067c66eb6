/** Writes the end of an answer. Throws for a stop reason that calls the answer broken. */
import type { ChunkWriter } from '../chunk-writer.ts'
import { badAnswer } from '../dialect-error.ts'
import { mapStopReason } from './map-stop-reason.ts'

export function finish(writer: ChunkWriter, stopReason: string) {
  const reason = mapStopReason(stopReason)
  if (!reason) throw badAnswer(`The model at Bedrock broke its answer off (${stopReason}). Try again.`)
  writer.finish(reason, stopReason)
}
