import { describe, expect, test } from 'vitest'
import { readRegion } from './read-region.ts'
import { type RequestToSign, signRequest } from './sign-request.ts'

/** The credentials and the moment of AWS's published examples; not secrets. */
const credentials = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
}
const at = new Date('2015-08-30T12:36:00.123Z')
const request: RequestToSign = {
  method: 'GET',
  url: 'https://example.amazonaws.com/',
  headers: {},
  body: '',
  region: 'us-east-1',
  service: 'service',
}
const sessionToken =
  'AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA=='

describe("AWS's published vectors", () => {
  test.each<[string, Partial<RequestToSign>, string, string]>([
    [
      'get-vanilla',
      {},
      'host;x-amz-date',
      '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
    ],
    [
      'post-vanilla',
      { method: 'POST' },
      'host;x-amz-date',
      '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b',
    ],
    [
      'get-vanilla-query-order-key-case',
      { url: 'https://example.amazonaws.com/?Param2=value2&Param1=value1' },
      'host;x-amz-date',
      'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
    ],
    [
      'post-header-value-case',
      { method: 'POST', headers: { 'My-Header1': 'VALUE1' } },
      'host;my-header1;x-amz-date',
      'cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d',
    ],
    [
      'get-vanilla-query-order-value',
      { url: 'https://example.amazonaws.com/?Param1=value2&Param1=value1' },
      'host;x-amz-date',
      '5772eed61e12b33fae39ee5e7012498b51d56abc0abb7c60486157bd471c4694',
    ],
    [
      'get-header-value-trim',
      { headers: { 'My-Header1': ' value1', 'My-Header2': ' "a   b   c"' } },
      'host;my-header1;my-header2;x-amz-date',
      'acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736',
    ],
    [
      'post-x-www-form-urlencoded',
      {
        method: 'POST',
        headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
        body: 'Param1=value1',
      },
      'content-type;host;x-amz-date',
      'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a',
    ],
    [
      'the example of the IAM guide',
      {
        url: 'https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08',
        headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
        service: 'iam',
      },
      'content-type;host;x-amz-date',
      '5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7',
    ],
  ])('%s', (_name, more, headers, signature) => {
    const service = more.service ?? 'service'
    expect(signRequest({ ...request, ...more }, credentials, at)).toEqual({
      'x-amz-date': '20150830T123600Z',
      authorization: `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/${service}/aws4_request, SignedHeaders=${headers}, Signature=${signature}`,
    })
  })

  test('post-sts-header-before: a session token is signed with the rest', () => {
    const signed = signRequest({ ...request, method: 'POST' }, { ...credentials, sessionToken }, at)
    expect(signed['x-amz-security-token']).toBe(sessionToken)
    expect(signed.authorization).toMatch(
      /SignedHeaders=host;x-amz-date;x-amz-security-token, Signature=85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead$/,
    )
  })
})

test("a colon of a model's id is encoded twice, as aws4fetch 1.0.20 signs it too", () => {
  const url =
    'https://bedrock-runtime.us-east-1.amazonaws.com/model/us.anthropic.claude-haiku-4-5-20251001-v1%3A0/converse-stream'
  const signed = signRequest(
    {
      method: 'POST',
      url,
      headers: { 'content-type': 'application/json' },
      body: '{"messages":[]}',
      region: 'us-east-1',
      service: 'bedrock',
    },
    { ...credentials, sessionToken: 'token' },
    at,
  )
  expect(signed.authorization).toMatch(
    /Signature=695a3d7b1af7563171291be0623edc2f72085efe8c2615835c7f472813f6a347$/,
  )
})

test.each([
  ['https://bedrock-runtime.eu-west-1.amazonaws.com', 'eu-west-1'],
  ['https://bedrock-runtime-fips.us-gov-west-1.amazonaws.com/', 'us-gov-west-1'],
  ['https://bedrock-runtime.us-east-2.api.aws', 'us-east-2'],
  ['https://proxy.test/bedrock-runtime.eu-west-1.amazonaws.com', null],
])('%s is in %s', (url, region) => {
  expect(readRegion(url)).toBe(region)
})
