/**
 * The detectors that a guardrail can name. A new one is a file beside these, and a line here. They are made when a
 * config names them: compiling their patterns takes some 60 ms, which a gateway without guardrails saves.
 */
import type { Detector } from '../detector.ts'
import { createApiKey } from './api-key.ts'
import { createCardNumber } from './card-number.ts'
import { createEmail } from './email.ts'
import { createIban } from './iban.ts'
import { createPrivateKey } from './private-key.ts'

export const detectors = {
  'card-number': createCardNumber,
  email: createEmail,
  'api-key': createApiKey,
  'private-key': createPrivateKey,
  iban: createIban,
} satisfies Record<string, () => Detector>

export type DetectorName = keyof typeof detectors
export const detectorNames = Object.keys(detectors) as [DetectorName, ...DetectorName[]]
