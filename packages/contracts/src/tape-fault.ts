/** Why a tape is refused, and what to do about it. `line` counts from 1 and includes the header. */
export class TapeFault extends Error {
  override name = 'TapeFault'
  readonly code: string
  readonly line: number

  constructor(code: string, line: number, message: string) {
    super(`Line ${line}: ${message}`)
    this.code = code
    this.line = line
  }
}
