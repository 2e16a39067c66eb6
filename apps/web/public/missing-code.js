// Says so when the page's code does not arrive, as while the web is being built: the page would stay white, and wait for nothing.
addEventListener(
  'error',
  ({ target }) => {
    if (!(target instanceof HTMLScriptElement) || target.type !== 'module') return
    const note = document.createElement('p')
    note.className = 'page'
    note.role = 'alert'
    note.textContent =
      'The page cannot be shown: its code did not arrive. Was the app ended, or updated just now? Reload the page.'
    document.getElementById('root').replaceChildren(note)
  },
  true,
)
