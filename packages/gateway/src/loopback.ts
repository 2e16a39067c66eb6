/** A host's name in small letters, without its port; an address of IPv6 in brackets, as in a URL, or not. */
export function isLoopback(name: string): boolean {
  return /^(localhost|127(\.\d+){3}|::1|\[::1\])$/.test(name)
}
