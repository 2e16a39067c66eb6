/** Takes a host name in lower case, without its port. An IPv6 address can be in brackets, as in a URL. */
export function isLoopback(name: string): boolean {
  return /^(localhost|127(\.\d+){3}|::1|\[::1\])$/.test(name)
}
