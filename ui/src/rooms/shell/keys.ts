// Shortcuts that hold everywhere. Letters count only where nobody is typing.
import { isMonth, shiftMonth } from '$lib/format'
import { route } from '$lib/route/route.svelte'
import { ownRooms } from '$rooms/rooms'

interface Targets {
  palette: () => void
  sheet: () => void
}

/** How long after `g` the second letter counts. */
const SEQUENCE_MILLISECONDS = 1_500

export function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  )
}

export function goToMonth(by: number): void {
  const month = route.param('month')
  if (isMonth(month)) route.set({ month: shiftMonth(month, by) })
}

export function onShortcut({ palette, sheet }: Targets): (event: KeyboardEvent) => void {
  let pressedG = -Infinity
  return (event) => {
    if (event.key.toLowerCase() === 'k' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault()
      return palette()
    }
    const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey
    if (
      !isPlain ||
      event.defaultPrevented ||
      // What stands in a shadow root, as the editor of texts, is told as its host.
      isTyping(event.composedPath()[0] ?? event.target) ||
      document.querySelector('[role="dialog"], [role="menu"]')
    )
      return
    const follows = event.timeStamp - pressedG < SEQUENCE_MILLISECONDS
    pressedG = event.key === 'g' ? event.timeStamp : -Infinity
    if (event.key === '?') sheet()
    else if (event.key === '[') goToMonth(-1)
    else if (event.key === ']') goToMonth(1)
    else if (follows) {
      const room = ownRooms().find((one) => one.key === event.key)
      if (room !== undefined) route.go([room.id])
    }
  }
}
