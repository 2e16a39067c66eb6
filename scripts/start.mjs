/**
 * `npm start`, `npm run dev` and `npm run gateway`: makes the clone ready, then hands over to the launcher on the
 * project's own Node.
 */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
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
    // What a SIGHUP asks for, the launcher knows.
    isAsked ||= signal !== 'SIGHUP'
    launcher.kill(signal)
  })
}
launcher.on('exit', (code) => process.exit(code ?? 1))

// npm runs this through a shell, which dies of a `kill` without handing it on, and stays when npm is gone. Either loss
// shows in a new parent, its own or the shell's.
const ancestors = readAncestors()
setInterval(() => {
  // Asked again, the gateway would not let its calls end.
  if (isAsked || readAncestors() === ancestors) return
  isAsked = true
  launcher.kill('SIGTERM')
}, 1_000).unref()

function readAncestors() {
  return `${process.ppid} ${process.env.npm_lifecycle_event ? readParentOfShell(process.ppid) : ''}`
}

/** Empty where it is no shell, and where there is no /proc: not on Linux. */
function readParentOfShell(pid) {
  try {
    return /\(\w*sh\) \w (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1] ?? ''
  } catch {
    return ''
  }
}
