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
  ['CERT_HAS_EXPIRED', 'its certificate is not trusted (CERT_HAS_EXPIRED).'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'its certificate is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT).'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'its certificate is not trusted (ERR_TLS_CERT_ALTNAME_INVALID).'],
  ['ENETUNREACH', 'ENETUNREACH. Check the network, and params.baseUrl in gateway.yaml.'],
])('what a caller is told when a provider cannot be reached: %s', (code, words) => {
  const failure = toFailure(Object.assign(new Error('odd'), { code }), 'connecting', target)
  expect(failure.message).toBe(`m (custom) could not be reached at http://host:1: ${words}`)
})

test.each(['EMFILE', 'ENFILE'])('%s is no failure of the provider', (code) => {
  const failure = toFailure(Object.assign(new Error('odd'), { code }), 'connecting', target)
  expect(failure.code).toBe('out_of_file_handles')
})
