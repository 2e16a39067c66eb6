/**
 * What a lane's call carries for the gateway's routes and books: texts by name, such as `{"task": "summary"}`, with the
 * limits that OpenAI sets. People read and write them as `task=summary`.
 */
export type LaneMetadata = Readonly<Record<string, string>>

export const metadataMax = 16
export const metadataNameCharsMax = 64
export const metadataValueCharsMax = 512

/** Sorted by name, so that the same metadata give the same lines. */
export function toMetadataLines(metadata: LaneMetadata): string[] {
  return Object.entries(metadata)
    .map(([name, value]) => `${name}=${value}`)
    .sort()
}
