/** Sixteen outlines in a 24 × 24 box, each with room for three small digits, and the y of the digits' baseline. */
export const plateShapes: readonly { name: string; path: string; baseline: number }[] = [
  { name: 'square', path: 'M1 1h22v22H1z', baseline: 16.6 },
  { name: 'disc', path: 'M12 .5a11.5 11.5 0 1 0 0 23a11.5 11.5 0 1 0 0-23z', baseline: 16.6 },
  { name: 'diamond', path: 'M12 -.5L24.5 12L12 24.5L-.5 12z', baseline: 16.6 },
  { name: 'leaf', path: 'M1 10a9 9 0 0 1 9-9H23V14a9 9 0 0 1-9 9H1z', baseline: 16.6 },
  { name: 'hexagon', path: 'M12 0L22.5 6V18L12 24L1.5 18V6z', baseline: 16.6 },
  { name: 'shield', path: 'M1.5 1H22.5V12C22.5 18 18 21.5 12 24C6 21.5 1.5 18 1.5 12z', baseline: 15.6 },
  { name: 'ticket', path: 'M1 1H23V8a4 4 0 0 0 0 8V23H1V16a4 4 0 0 0 0-8z', baseline: 16.6 },
  { name: 'octagon', path: 'M7.2 .5H16.8L23.5 7.2V16.8L16.8 23.5H7.2L.5 16.8V7.2z', baseline: 16.6 },
  { name: 'arch', path: 'M1.5 23V11a10.5 10.5 0 0 1 21 0V23z', baseline: 17.6 },
  { name: 'slant', path: 'M6 1.5H25L18 22.5H-1z', baseline: 16.4 },
  { name: 'house', path: 'M12 0L23 9V23H1V9z', baseline: 18.4 },
  { name: 'cross', path: 'M6 .5H18V5H23.5V19H18V23.5H6V19H.5V5H6z', baseline: 16.3 },
  { name: 'arrow', path: 'M-.5 2H16L24.5 12L16 22H-.5z', baseline: 16.3 },
  { name: 'burst', path: burst(10, 12.6, 10), baseline: 16.3 },
  { name: 'drop', path: 'M12 .5H23.5V12A11.5 11.5 0 1 1 12 .5z', baseline: 16.6 },
  { name: 'trapezoid', path: 'M6 2H18L25 22H-1z', baseline: 17.4 },
]

/** A star with blunt points around the centre of the box. */
function burst(points: number, outer: number, inner: number): string {
  const corners = Array.from({ length: points * 2 }, (_, index) => {
    const angle = (index * Math.PI) / points - Math.PI / 2
    const radius = index % 2 === 0 ? outer : inner
    return `${(12 + radius * Math.cos(angle)).toFixed(2)} ${(12 + radius * Math.sin(angle)).toFixed(2)}`
  })
  return `M${corners.join('L')}z`
}
