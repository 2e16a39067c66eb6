/** The end of a stream without `[DONE]` and without a finish reason: told apart from success by this alone. */
export class CutStream extends Error {
  override name = 'CutStream'
}
