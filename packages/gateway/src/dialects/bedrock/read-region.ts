/** The region in an address of Bedrock: `bedrock-runtime.eu-west-1.amazonaws.com` → `eu-west-1`; null without one. */
export function readRegion(baseUrl: string): string | null {
  const [, region] =
    /^bedrock-runtime(?:-fips)?\.([a-z0-9-]+)\.(?:amazonaws\.|api\.aws)/.exec(new URL(baseUrl).hostname) ?? []
  return region ?? null
}
