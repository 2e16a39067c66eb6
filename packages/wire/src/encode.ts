/** Writes one event as the standard wants it. A line end inside `data` becomes a further `data:` line. */
export function encodeEvent({
  data,
  id,
  event,
}: {
  data: string
  id?: string | number
  event?: string
}): string {
  const lines = data.split(/\r\n|\r|\n/).map((line) => `data: ${line}\n`)
  return `${id === undefined ? '' : `id: ${id}\n`}${event === undefined ? '' : `event: ${event}\n`}${lines.join('')}\n`
}

/** A comment: keeps a connection open without being an event. */
export function encodeComment(text: string): string {
  return `: ${text.replace(/[\r\n]+/g, ' ')}\n\n`
}
