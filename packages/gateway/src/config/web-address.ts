/** null if the address can be called. The message repeats nothing of the address, which may contain a password. */
export function addressFault(text: string, secretsGo: string): string | null {
  const url = URL.canParse(text) ? new URL(text) : null
  if (!url || !/^https?:$/.test(url.protocol)) return 'must be an http:// or https:// address'
  if (url.username === '' && url.password === '') return null
  return `holds a user name or password, which would not be sent; ${secretsGo}`
}
