/** Payment card numbers: 13 to 19 digits, of a range that is issued (2 to 6), with Luhn's check digit (ISO/IEC 7812-1). */
import { createGroupedNumber } from './grouped-number.ts'

export const createCardNumber = () =>
  createGroupedNumber({
    label: 'card-number',
    isUnit: isDigit,
    isNeighbour: isDigit,
    unitsMin: 13,
    unitsMax: 19,
    mayBegin: (units) => /^[2-6]/.test(units),
    isValid: hasLuhnDigit,
  })

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39
}

/** From the right, every second digit counts twice, less 9 where that is more than 9; the sum ends in 0. */
function hasLuhnDigit(digits: string): boolean {
  let sum = 0
  for (let place = 0; place < digits.length; place++) {
    const digit = Number(digits[digits.length - 1 - place]) * (place % 2 === 1 ? 2 : 1)
    sum += digit > 9 ? digit - 9 : digit
  }
  return sum % 10 === 0
}
