// What pages can do beyond being read: copying, keys, and the live list. All of it may be missing.
const page = globalThis.document

const copyText = async (button) => {
  const before = button.textContent
  try {
    await globalThis.navigator.clipboard.writeText(button.dataset.copy)
    button.textContent = 'Copied'
  } catch {
    button.textContent = 'Cannot copy'
  }
  globalThis.setTimeout(() => {
    button.textContent = before
  }, 1500)
}

const showButtons = (root) => {
  for (const button of root.querySelectorAll('button.copy')) button.hidden = false
}

showButtons(page)
page.addEventListener('click', (event) => {
  const button = event.target.closest('button.copy')
  if (button) void copyText(button)
})

const isTyping = (target) => target instanceof globalThis.HTMLInputElement && target.type !== 'checkbox'

const entries = () => [...page.querySelectorAll('.list a.name, .files a, .layers a, .tree a')]

// "/" leads to the filter, the arrows from one entry of a list to the next, Escape out of the filter.
page.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return
  const filter = page.querySelector('[data-focus-key="/"]')
  if (event.key === '/' && filter && !isTyping(event.target)) {
    event.preventDefault()
    filter.focus()
    filter.select()
  } else if (event.key === 'Escape' && event.target === filter) {
    filter.blur()
  } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
    const all = entries()
    const at = all.indexOf(event.target)
    if (at < 0 && event.target !== filter) return
    const next = all[at + (event.key === 'ArrowDown' ? 1 : -1)]
    if (!next) return
    event.preventDefault()
    next.focus()
  }
})

const mostRows = 500

const startLive = (live) => {
  const list = live.querySelector('.requests')
  const filter = page.getElementById('live-filter')
  const faults = page.getElementById('live-faults')
  const pause = page.getElementById('live-pause')
  const state = page.getElementById('live-state')
  const empty = page.getElementById('live-empty')
  let waiting = []
  let isPaused = false

  const apply = (row) => {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean)
    const text = row.textContent.toLowerCase()
    row.hidden = !words.every((word) => text.includes(word)) || (faults.checked && !row.classList.contains('faulty'))
  }
  const applyAll = () => {
    for (const row of list.children) apply(row)
  }
  const show = (html) => {
    const template = page.createElement('template')
    // The server has escaped it, as it has the rows that came with the page.
    template.innerHTML = html
    const row = template.content.firstElementChild
    showButtons(row)
    row.classList.add('new')
    apply(row)
    list.prepend(row)
    empty.hidden = true
    while (list.children.length > mostRows) list.lastElementChild.remove()
  }
  const say = () => {
    state.textContent = isPaused ? `Paused, ${waiting.length} waiting` : 'Live'
  }

  live.querySelector('.tools').hidden = false
  filter.addEventListener('input', applyAll)
  faults.addEventListener('change', applyAll)
  page.getElementById('live-clear').addEventListener('click', () => {
    list.replaceChildren()
    empty.hidden = false
  })
  pause.addEventListener('click', () => {
    isPaused = !isPaused
    pause.setAttribute('aria-pressed', String(isPaused))
    pause.textContent = isPaused ? 'Go on' : 'Pause'
    if (!isPaused) {
      for (const html of waiting) show(html)
      waiting = []
    }
    say()
  })

  const events = new globalThis.EventSource(`${live.dataset.live}?after=${live.dataset.last}`)
  events.addEventListener('open', say)
  events.addEventListener('error', () => {
    state.textContent = 'Not connected: the registry may be closed'
  })
  events.addEventListener('message', ({ data }) => {
    const html = JSON.parse(data)
    if (isPaused) {
      waiting.push(html)
      waiting = waiting.slice(-mostRows)
      say()
    } else show(html)
  })
}

const live = page.querySelector('[data-live]')
if (live) startLive(live)
