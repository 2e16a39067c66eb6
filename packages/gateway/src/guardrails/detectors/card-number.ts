/** Payment card numbers: 13 to 19 digits, the first one 2 to 6 as issued, with Luhn's check digit (ISO/IEC 7812-1). */
import { type Check, checkUnits, createGroupedNumber, lastUnits } from './grouped-number.ts'

export const createCardNumber = () =>
  createGroupedNumber({
    label: 'card-number',
    isUnit: isDigit,
    isNeighbour: isDigit,
    unitsMin: 13,
    unitsMax: 19,
    begins: [(code) => code >= 0x32 && code <= 0x36],
    check: createLuhn(),
  })

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39
}

/**
 * Luhn's rule: from the right, every second digit is doubled, less 9 where that is more than 9, and the sum ends in 0.
 * Two running sums are kept, modulo 10: one doubles the digits at even places, the other those at odd places. A part of
 * the row is valid if its sum is the same before and after it.
 */
function createLuhn(): Check {
  const sums = [new Uint8Array(checkUnits), new Uint8Array(checkUnits)] as const
  return {
    push(code, place) {
      const once = code - 0x30
      const twice = once > 4 ? 2 * once - 9 : 2 * once
      for (const parity of [0, 1] as const) {
        const sum = sums[parity]
        const value = (place & 1) === parity ? twice : once
        sum[(place + 1) & lastUnits] = (sum[place & lastUnits]! + value) % 10
      }
    },
    isValid(from, to) {
      const sum = sums[(to & 1) as 0 | 1]
      return sum[from & lastUnits] === sum[to & lastUnits]
    },
  }
}
