/**
 * `npm start`, `npm run dev` and `npm run gateway`: makes the clone ready, then runs the launcher with the project's
 * own Node.
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
// The terminal sends Ctrl-C to all processes; a `kill` reaches only this one and must be passed on.
let isAsked = false
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    // A SIGHUP can mean a reload; the launcher decides.
    isAsked ||= signal !== 'SIGHUP'
    launcher.kill(signal)
  })
}
launcher.on('exit', (code) => process.exit(code ?? 1))

// npm runs this through a shell, which dies of a `kill` without passing it on, and which stays when npm is gone. In the
// first case this process gets a new parent, in the second the shell does.
const ancestors = readAncestors()
setInterval(() => {
  // A second signal would keep the gateway from letting its calls end.
  if (isAsked || readAncestors() === ancestors) return
  isAsked = true
  launcher.kill('SIGTERM')
}, 1_000).unref()

function readAncestors() {
  return `${process.ppid} ${process.env.npm_lifecycle_event ? readParentOfShell(process.ppid) : ''}`
}

/** Empty when the process is no shell, and where there is no /proc, on other systems than Linux. */
function readParentOfShell(pid) {
  try {
    return /\(\w*sh\) \w (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1] ?? ''
  } catch {
    return ''
  }
}
