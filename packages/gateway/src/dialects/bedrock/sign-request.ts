/**
 * AWS Signature Version 4. Pure: credentials and time come in by argument.
 *
 * Written here, because the maintained signers bring a runtime of their own (@smithy/signature-v4) or sign
 * asynchronously with a clock inside (aws4fetch). Tested with AWS's published test vectors. Source:
 * docs.aws.amazon.com/IAM, "Create a signed AWS API request".
 */
import { createHash, createHmac } from 'node:crypto'

export interface AwsCredentials {
  accessKeyId: string
  secretAccessKey: string
  /** Only with temporary credentials. */
  sessionToken?: string | undefined
}

export interface RequestToSign {
  method: string
  /** The whole URL, encoded as it will be sent. */
  url: string
  /** The headers to sign, besides the host and the signature's own. Headers that are not here can change on the way. */
  headers: Readonly<Record<string, string>>
  body: string
  region: string
  /** `bedrock` */
  service: string
}

/** The headers to add. */
export function signRequest(
  request: RequestToSign,
  credentials: AwsCredentials,
  at: Date,
): Record<string, string> {
  const { region, service } = request
  // 20150830T123600Z
  const time = at.toISOString().replace(/[-:]|\.\d+/g, '')
  const date = time.slice(0, 8)
  const added: Record<string, string> = { 'x-amz-date': time }
  if (credentials.sessionToken) added['x-amz-security-token'] = credentials.sessionToken

  const { canonical, signedHeaders } = toCanonical(request, added)
  const scope = `${date}/${region}/${service}/aws4_request`
  const toSign = ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n')
  const key = [date, region, service, 'aws4_request'].reduce<string | Buffer>(
    hmac,
    `AWS4${credentials.secretAccessKey}`,
  )
  const signature = hmac(key, toSign).toString('hex')
  const credential = `Credential=${credentials.accessKeyId}/${scope}`
  return {
    ...added,
    authorization: `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=${signedHeaders}, Signature=${signature}`,
  }
}

function toCanonical(request: RequestToSign, added: Readonly<Record<string, string>>) {
  const url = new URL(request.url)
  const headers = Object.entries({ ...request.headers, ...added, host: url.host })
    .map(([name, value]): [string, string] => [name.toLowerCase(), value.trim().replace(/\s+/g, ' ')])
    .sort(([a], [b]) => compare(a, b))
  const signedHeaders = headers.map(([name]) => name).join(';')
  const canonical = [
    request.method,
    toCanonicalPath(url.pathname),
    toCanonicalQuery(url.searchParams),
    ...headers.map(([name, value]) => `${name}:${value}`),
    '',
    signedHeaders,
    sha256(request.body),
  ].join('\n')
  return { canonical, signedHeaders }
}

/**
 * Encoded once more than it is sent (only S3 is different): `anthropic.claude-v2%3A1` is signed as
 * `anthropic.claude-v2%253A1`.
 */
function toCanonicalPath(path: string): string {
  return path.split('/').map(encode).join('/')
}

function toCanonicalQuery(query: URLSearchParams): string {
  return [...query]
    .map(([name, value]): [string, string] => [encode(name), encode(value)])
    .sort((a, b) => compare(a[0], b[0]) || compare(a[1], b[1]))
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
}

/** Encodes all characters but letters, digits and `-._~`. */
function encode(value: string): string {
  return encodeURIComponent(value).replace(
    /[!'()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

/** By code point, as AWS sorts, not by language. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}
