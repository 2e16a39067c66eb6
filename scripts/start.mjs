/** `npm start`, `npm run dev` and `npm run gateway`: makes the clone ready, then hands over to the launcher on the project's own Node. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { buildWeb, install, pinnedNode, root } from './setup.mjs'

const hasNoPages = ['--dev', '--gateway'].some((flag) => process.argv.includes(flag))

install()
if (!hasNoPages) buildWeb()

const launcher = spawn(pinnedNode, [join(root, 'scripts', 'launch.ts'), ...process.argv.slice(2)], {
  cwd: root,
  stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
})
// The terminal sends Ctrl-C to all of us; a `kill` reaches only this process and must be handed on.
let isAsked = false
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    isAsked = true
    launcher.kill(signal)
  })
}
launcher.on('exit', (code) => process.exit(code ?? 1))

// npm runs this through a shell, which dies of a `kill` without handing it on. Its loss shows in a new parent.
const parent = process.ppid
setInterval(() => {
  // Asked again, the gateway would not let its calls end.
  if (process.ppid === parent || isAsked) return
  isAsked = true
  launcher.kill('SIGTERM')
}, 1_000).unref()
