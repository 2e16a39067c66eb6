/** The region that an address of Bedrock names: `bedrock-runtime.eu-west-1.amazonaws.com` → `eu-west-1`; null when it names none. */
export function readRegion(baseUrl: string): string | null {
  const [, region] =
    /^bedrock-runtime(?:-fips)?\.([a-z0-9-]+)\.(?:amazonaws\.|api\.aws)/.exec(new URL(baseUrl).hostname) ?? []
  return region ?? null
}
