/** Where a page of the history ended, opaque to the client: the time and the id of its last race. */
export interface Cursor {
  started_at_ms: number
  id: string
}

export function encodeCursor({ started_at_ms, id }: Cursor): string {
  return Buffer.from(`${started_at_ms}:${id}`).toString('base64url')
}

/** null when it is not one of ours. An imported race can have any time that a Date can hold, before 1970 too. */
export function decodeCursor(text: string): Cursor | null {
  const found = /^(-?\d{1,16}):(.+)$/.exec(Buffer.from(text, 'base64url').toString('utf8'))
  return found ? { started_at_ms: Number(found[1]), id: found[2]! } : null
}
