/** Bank accounts (ISO 13616): a country, two check digits, up to 30 letters and digits; modulo 97 it is 1. */
import { createGroupedNumber } from './grouped-number.ts'

export const createIban = () =>
  createGroupedNumber({
    label: 'iban',
    isUnit,
    isNeighbour: (code) => isUnit(code) || (code >= 0x61 && code <= 0x7a),
    unitsMin: 15,
    unitsMax: 34,
    mayBegin: (units) => /^[A-Z](?:[A-Z](?:\d(?:\d|$)|$)|$)/.test(units),
    isValid: isOneModulo97,
  })

/** A digit or a capital. */
function isUnit(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a)
}

/** The first four characters behind the others, letters as the numbers from 10 (A) to 35 (Z). */
function isOneModulo97(units: string): boolean {
  let rest = 0
  for (let place = 0; place < units.length; place++) {
    const code = units.charCodeAt((place + 4) % units.length)
    const value = code < 0x3a ? code - 0x30 : code - 0x37
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97
  }
  return rest === 1
}
