/** Payment card numbers: 13 to 19 digits, of a range that is issued (2 to 6), with Luhn's check digit (ISO/IEC 7812-1). */
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
 * From the right, every second digit counts twice, less 9 where that is more than 9; the sum ends in 0. Two sums run along,
 * modulo 10: those at even places count twice in one, those at odd places in the other. A part adds nothing to its own.
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
