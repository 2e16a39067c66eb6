/**
 * Loaded into the gateway that is measured (`node --expose-gc --import`): collects its garbage when asked, and tells
 * what is left.
 */
process.on('message', async () => {
  // What the first collection lets go of (closed sockets, finalizers) is for the second.
  for (let round = 0; round < 2; round++) {
    globalThis.gc!()
    await new Promise(setImmediate)
  }
  const { rss, heapUsed } = process.memoryUsage()
  process.send!({ residentMb: rss / 2 ** 20, heapMb: heapUsed / 2 ** 20 })
})
