/**
 * Loaded into the gateway that is measured (`node --expose-gc --import`): collects garbage when asked, and sends back
 * how much memory is left in use.
 */
process.on('message', async () => {
  // The second collection frees what the first one released (closed sockets, finalizers).
  for (let round = 0; round < 2; round++) {
    globalThis.gc!()
    await new Promise(setImmediate)
  }
  const { rss, heapUsed } = process.memoryUsage()
  process.send!({ residentMb: rss / 2 ** 20, heapMb: heapUsed / 2 ** 20 })
})
