// Hands a file to the person: a browser downloads it, a window asks where to save it.
import { isWindow, saveWithDialog } from './native'

/** False when the person changed their mind. */
export async function saveFile(name: string, content: Blob): Promise<boolean> {
  if (isWindow) return saveWithDialog(name, new Uint8Array(await content.arrayBuffer()))
  const url = URL.createObjectURL(content)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // Chromium reads the blob after the click returns.
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
  return true
}
