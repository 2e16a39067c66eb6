/**
 * What a lane's call carries for the gateway's routes and books: texts by name, such as `{"task": "summary"}`, bounded
 * as OpenAI does. And how one is written where people read it: `task=summary`.
 */
export type LaneMetadata = Readonly<Record<string, string>>

export const metadataMax = 16
export const metadataNameCharsMax = 64
export const metadataValueCharsMax = 512

/** In the order of their names, so that the same metadata are the same lines. */
export function toMetadataLines(metadata: LaneMetadata): string[] {
  return Object.entries(metadata)
    .map(([name, value]) => `${name}=${value}`)
    .sort()
}
