/** What is on a number plate, in a 24 × 24 box: its shape and its number. */
import './plate.css'
import { plateShapes } from './plate-shapes.ts'

/** `lane` counts from 0; the number is one more. */
export function PlateFace({ lane, hasNumber = true }: { lane: number; hasNumber?: boolean }) {
  const { path, baseline } = plateShapes[lane % plateShapes.length]!
  const number = lane + 1
  return (
    <>
      <path className="plate-shape" d={path} />
      {hasNumber && (
        <text className="plate-number" data-digits={String(number).length} x="12" y={baseline}>
          {number}
        </text>
      )}
    </>
  )
}
