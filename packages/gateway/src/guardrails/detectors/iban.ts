/** Bank accounts (ISO 13616): a country, two check digits, up to 30 letters and digits; modulo 97 it is 1. */
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

/** 10 to the power of 0 to 95, modulo 97; then they come again. */
const powers: number[] = [1]
for (let power = 1; power < 96; power++) powers.push((powers[power - 1]! * 10) % 97)

/** A country is four digits, and two stand behind it. */
const headDigits = 6

/**
 * The first four characters behind the others, letters as the numbers from 10 (A) to 35 (Z). The rest of all that was read
 * runs along; less the rest of what stands before a part, moved to the left by its digits, it is that of the part.
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
