/**
 * Resolves when the two faces of the page can be drawn. Text that is drawn before them gets the system's faces, and its
 * lines break anew when they come: the page jumps. After `waitMaxMs` the page is drawn without them; the default is the
 * time for which browsers themselves hide text.
 */
export async function facesReady(waitMaxMs = 3_000): Promise<void> {
  const faces = ['"Archivo Variable"', '"Martian Mono Variable"'].map((face) =>
    document.fonts.load(`1em ${face}`),
  )
  await Promise.race([Promise.allSettled(faces), new Promise((done) => setTimeout(done, waitMaxMs))])
}
