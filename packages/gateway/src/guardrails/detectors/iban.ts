/** Bank accounts (ISO 13616): a country, two check digits, up to 30 letters and digits; modulo 97 it is 1. */
import { createGroupedNumber } from './grouped-number.ts'

export const createIban = () =>
  createGroupedNumber({
    label: 'iban',
    unit: /[A-Z0-9]/,
    neighbour: /[A-Za-z0-9]/,
    unitsMin: 15,
    unitsMax: 34,
    mayBegin: (units) => /^[A-Z](?:[A-Z](?:\d(?:\d|$)|$)|$)/.test(units),
    isValid: isOneModulo97,
  })

/** The first four characters behind the others, letters as the numbers from 10 (A) to 35 (Z). */
function isOneModulo97(units: string): boolean {
  const moved = units.slice(4) + units.slice(0, 4)
  const digits = moved.replace(/[A-Z]/g, (letter) => String(letter.charCodeAt(0) - 55))
  return BigInt(digits) % 97n === 1n
}
