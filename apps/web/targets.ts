/** The first browsers with light-dark(), which the colours stand on. */
export const targets = ['chrome123', 'edge123', 'firefox128', 'ios17.5', 'safari17.5']
