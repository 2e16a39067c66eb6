/** The detectors that a guardrail can name. A new one is a file beside these, and a line here. */
import type { Detector } from '../detector.ts'
import { apiKey } from './api-key.ts'
import { cardNumber } from './card-number.ts'
import { email } from './email.ts'
import { iban } from './iban.ts'
import { privateKey } from './private-key.ts'

export const detectors = {
  'card-number': cardNumber,
  email,
  'api-key': apiKey,
  'private-key': privateKey,
  iban,
} satisfies Record<string, Detector>

export type DetectorName = keyof typeof detectors
export const detectorNames = Object.keys(detectors) as [DetectorName, ...DetectorName[]]
