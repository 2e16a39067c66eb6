/** The name in a Host header, an origin or a setting: without port and brackets, in lower case. */
export function toHostName(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[([^\]]*)\](:\d*)?$/, '$1')
    .replace(/^([^:]*):\d*$/, '$1')
    .replace(/\.$/, '')
}
