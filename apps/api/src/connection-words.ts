/**
 * Why a connection to the gateway could not be opened, in words: by the error's code, or by that of its cause, where
 * `fetch` puts it. null for a code that is not known here.
 */
export function toConnectionWords(error: Error): string | null {
  const { code } = ('code' in error ? error : (error.cause ?? {})) as { code?: unknown }
  if (typeof code !== 'string') return null
  if (/SELF_SIGNED|ISSUER_CERT|LEAF_SIGNATURE/.test(code)) {
    return `its certificate is not trusted (${code}), unless NODE_EXTRA_CA_CERTS names a file with its authority's`
  }
  return words[code] ?? null
}

const words: Record<string, string> = {
  ECONNREFUSED: 'no program listens there',
  ENOTFOUND: 'the name is not known',
  EAI_AGAIN: 'the name cannot be looked up now',
  EHOSTUNREACH: 'there is no way to that machine',
  ENETUNREACH: 'there is no way to that network',
  ETIMEDOUT: 'it does not answer',
  UND_ERR_CONNECT_TIMEOUT: 'it does not answer within 10 s',
  ERR_SSL_WRONG_VERSION_NUMBER: 'no TLS is spoken there, so the address may have to begin with http://',
}
