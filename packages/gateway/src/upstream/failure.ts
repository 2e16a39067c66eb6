/** What undici reports → what the caller is told: what happened, and where to look. */
import { GatewayError } from '../errors.ts'
import { toBrokenHttpWords } from './broken-http.ts'
import { type Target, toTargetWords } from './target.ts'

/** Where the attempt was when it broke. */
export type Phase = 'connecting' | 'waiting' | 'reading'

export function toFailure(cause: Error, phase: Phase, target: Target): GatewayError {
  const { origin, connectHint } = target
  const who = toTargetWords(target)
  const broken = toBrokenHttpWords(cause, phase, target)
  if (broken !== null) return new GatewayError('bad_response', broken, { cause })
  const code = toCode(cause)
  if (code === 'EMFILE' || code === 'ENFILE') {
    return new GatewayError(
      'out_of_file_handles',
      `This gateway has no file handle left for a connection to ${who}. Try again, or raise its limit (\`ulimit -n\`).`,
      { cause },
    )
  }
  switch (phase) {
    case 'connecting':
      return new GatewayError(
        'upstream_unreachable',
        `${who} could not be reached at ${origin}: ${toWords(code)}${connectHint}`,
        { cause },
      )
    case 'waiting':
      return new GatewayError(
        'upstream_unreachable',
        `${who} closed the connection before it answered (${code}). Try again.`,
        { cause },
      )
    case 'reading':
      return new GatewayError(
        'stream_cut',
        `${who} broke the connection off in the middle of its answer (${code}).`,
        { cause },
      )
  }
}

function toWords(code: string): string {
  if (code === 'ECONNREFUSED') return 'nothing listens there. Is the server running?'
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return 'the host name is not found. Check the network, and params.baseUrl in gateway.yaml.'
  }
  if (code === 'CERT_NOT_YET_VALID' || code === 'CERT_HAS_EXPIRED') {
    return `its certificate is not valid by the clock of this machine (${code}). Is the clock right?`
  }
  // Its authority is one that this machine does not know, such as a company's own.
  if (/SELF_SIGNED|ISSUER_CERT|LEAF_SIGNATURE/.test(code)) {
    return `its certificate is not trusted (${code}). Restart the gateway with NODE_EXTRA_CA_CERTS set to a file with its authority's certificate.`
  }
  if (/CERT|ALTNAME/.test(code)) return `its certificate is not trusted (${code}).`
  return `${code}. Check the network, and params.baseUrl in gateway.yaml.`
}

/** For a host with several addresses Node.js gives the code of the first. */
function toCode({ code, name }: Error & { code?: unknown }): string {
  return typeof code === 'string' ? code : name
}
