/** A stream ended without `[DONE]` and without a finish reason. Nothing else tells such an end from success. */
export class CutStream extends Error {
  override name = 'CutStream'
}
