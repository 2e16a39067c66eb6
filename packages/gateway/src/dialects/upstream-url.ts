/** A dialect's path below the base URL of gateway.yaml, whose own path and query are kept. */
export function joinPath(
  baseUrl: string,
  below: string,
  query: Readonly<Record<string, string>> = {},
): string {
  const url = new URL(baseUrl)
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
  return `${url.pathname.replace(/\/+$/, '')}${below}${url.search}`
}
