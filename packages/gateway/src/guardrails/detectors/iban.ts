/** Bank account numbers (ISO 13616): a country, two check digits, up to 30 letters and digits; modulo 97 they are 1. */
import { type Check, checkUnits, createGroupedNumber, lastUnits } from './grouped-number.ts'

export const createIban = () =>
  createGroupedNumber({
    label: 'iban',
    isUnit: (code) => isDigit(code) || isCapital(code),
    isNeighbour: (code) => isDigit(code) || isCapital(code) || (code >= 0x61 && code <= 0x7a),
    unitsMin: 15,
    unitsMax: 34,
    begins: [isCapital, isCapital, isDigit, isDigit],
    check: createModulo97(),
  })

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39
}

function isCapital(code: number): boolean {
  return code >= 0x41 && code <= 0x5a
}

/** 10 to the power of 0 to 95, modulo 97; after these they repeat. */
const powers: number[] = [1]
for (let power = 1; power < 96; power++) powers.push((powers[power - 1]! * 10) % 97)

/** The country's two letters are four digits, and two check digits follow. */
const headDigits = 6

/**
 * The rule: the first four characters are moved to the end, letters become the numbers from 10 (A) to 35 (Z), and the
 * remainder modulo 97 is 1. A running remainder of all that was read is kept. The remainder of a part is the one after
 * it, less the one before it, shifted left by the part's number of digits.
 */
function createModulo97(): Check {
  const rests = new Uint8Array(checkUnits)
  /** Modulo 96. */
  const digits = new Uint8Array(checkUnits)
  const restOf = (from: number, to: number) => {
    const moved = powers[(digits[to & lastUnits]! - digits[from & lastUnits]! + 96) % 96]!
    return (rests[to & lastUnits]! + (97 - rests[from & lastUnits]!) * moved) % 97
  }
  return {
    push(code, place) {
      const isLetter = isCapital(code)
      const value = isLetter ? code - 0x37 : code - 0x30
      const before = rests[place & lastUnits]!
      rests[(place + 1) & lastUnits] = (before * (isLetter ? 100 : 10) + value) % 97
      digits[(place + 1) & lastUnits] = (digits[place & lastUnits]! + (isLetter ? 2 : 1)) % 96
    },
    isValid: (from, to) => (restOf(from + 4, to) * powers[headDigits]! + restOf(from, from + 4)) % 97 === 1,
  }
}
