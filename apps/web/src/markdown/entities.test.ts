import { expect, test } from 'vitest'
import { decodeEntities } from './entities.ts'

test.each([
  ['&nbsp;&iexcl;&divide;&yuml;', '\u00a0¡÷ÿ'],
  ['&Alpha;&Rho;&Sigma;&Omega;', 'ΑΡΣΩ'],
  ['&alpha;&sigmaf;&sigma;&omega;', 'αςσω'],
  ['&amp;lt;', '&lt;'],
  ['&Tab;&NewLine;&there4;', '\t\n∴'],
  ['&#72;&#x49;&#X4a;', 'HIJ'],
  ['&#xd7ff;&#xe000;&#x10ffff;', '\ud7ff\ue000\u{10ffff}'],
])('%s is %j', (written, meant) => {
  expect(decodeEntities(written)).toBe(meant)
})

test.each(['&#0;', '&#xd800;', '&#xdfff;', '&#x110000;', '&#9999999;'])('%s is no character', (written) => {
  expect(decodeEntities(written)).toBe('\ufffd')
})

test.each(['&nothing;', '&-;', '&amp', '& amp;', '&#;', '&#x;', '&#12345678;', '&#x1234567;'])(
  '%s stays as it was written',
  (written) => {
    expect(decodeEntities(written)).toBe(written)
  },
)
