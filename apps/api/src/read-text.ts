/**
 * What another program answered, as text; null when it is longer than `bytesMax`, and then the rest is not read. A
 * deadline alone is no bound: in two seconds this machine can send itself gigabytes.
 */
export async function readText(response: Response, bytesMax: number): Promise<string | null> {
  const parts: Uint8Array[] = []
  let bytes = 0
  for await (const part of response.body ?? []) {
    bytes += part.length
    // Leaving the loop cancels the rest.
    if (bytes > bytesMax) return null
    parts.push(part)
  }
  return new TextDecoder().decode(Buffer.concat(parts))
}
