import { expect, test } from 'vitest'
import { oneModel, toConfig } from '../testing/gateway.ts'
import { toFailure } from './failure.ts'
import { toTarget } from './target.ts'

const { connection, ...model } = toConfig(oneModel('http://host:1')).models[0]!
if (connection.state !== 'known') throw new Error('the model has no address')
const target = toTarget({ ...model, connection })

test.each([
  ['ECONNREFUSED', 'nothing listens there. Is the server running?'],
  ['ENOTFOUND', 'the host name is not found. Check the network, and params.baseUrl in gateway.yaml.'],
  ['EAI_AGAIN', 'the host name is not found. Check the network, and params.baseUrl in gateway.yaml.'],
  [
    'CERT_HAS_EXPIRED',
    'its certificate is not valid by the clock of this machine (CERT_HAS_EXPIRED). Is the clock right?',
  ],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'its certificate is not trusted (ERR_TLS_CERT_ALTNAME_INVALID).'],
  ['ENETUNREACH', 'ENETUNREACH. Check the network, and params.baseUrl in gateway.yaml.'],
])('what a caller is told when a provider cannot be reached: %s', (code, words) => {
  const failure = toFailure(Object.assign(new Error('odd'), { code }), 'connecting', target)
  expect(failure.message).toBe(`m (custom) could not be reached at http://host:1: ${words}`)
})

test.each([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
])('a provider whose authority is not known (%s): what to set is said', (code) => {
  const failure = toFailure(Object.assign(new Error('odd'), { code }), 'connecting', target)
  expect(failure.message).toContain(
    `http://host:1: its certificate is not trusted (${code}). Restart the gateway with NODE_EXTRA_CA_CERTS set to a file`,
  )
})

test.each(['EMFILE', 'ENFILE'])('%s is no failure of the provider', (code) => {
  const failure = toFailure(Object.assign(new Error('odd'), { code }), 'connecting', target)
  expect(failure.code).toBe('out_of_file_handles')
})
