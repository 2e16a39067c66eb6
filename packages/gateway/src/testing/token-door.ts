/** For tests of tokens: a gateway that demands them, a clock that a test moves, and tokens to call it with. */
import { type JWTPayload, SignJWT } from 'jose'
import { bearer, type Door, openDoor } from './door.ts'
import { type ErrorBody, messages } from './gateway.ts'

export const plain = { model: 'm', messages }
const secretText = 'a shared secret that is long enough for HS256'
const secret = new TextEncoder().encode(secretText)
/** The gateway's clock in these tests. */
export const nowS = Date.parse('2026-01-01T00:00:00Z') / 1000
export const good: JWTPayload = { sub: 'alice', iss: 'https://issuer', aud: 'gateway', exp: nowS + 60 }
const policy = { issuer: 'https://issuer', audience: 'gateway' }

export function sign(
  claims: JWTPayload,
  header: { alg: string; kid?: string } = { alg: 'HS256' },
  key: unknown = secret,
) {
  return new SignJWT(claims).setProtectedHeader(header).sign(key as Uint8Array)
}

export interface TokenDoor extends Door {
  chat(credential: string | null, model?: string): Promise<Told>
  /** Moves the gateway's monotonic clock to so long after its start. */
  later(ms: number): void
}

interface Told {
  status: number
  code: string | null
  message: string
  response: Response
}

export async function openTokenDoor(jwt: object = {}, more: object = {}): Promise<TokenDoor> {
  let laterMs = 0
  const outside = {
    variables: { JWT_SECRET: secretText },
    monotonicMs: () => performance.now() + laterMs,
  }
  const door = await openDoor({ jwt: { ...policy, secret: '$JWT_SECRET', ...jwt }, ...more }, outside)
  return {
    ...door,
    async chat(credential, model = 'm') {
      const headers = credential === null ? {} : bearer(credential)
      const response = await door.gateway.chat({ ...plain, model }, headers)
      const body = (await response.json()) as ErrorBody
      return {
        status: response.status,
        code: body.error?.code ?? null,
        message: body.error?.message ?? '',
        response,
      }
    },
    later(ms) {
      laterMs = ms
    },
  }
}
