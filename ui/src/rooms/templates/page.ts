// The page of a preview, with its look beside it: a frame has the policy of the page around it, which takes no style out of markup.
// So the style sheet and the styles of single elements are taken out and put in by script, which the policy allows.

export interface Apart {
  page: string
  style: string
}

/** The preview escapes every text, so a quotation mark stands in its own markup alone. */
export function apart(page: string): Apart {
  let style = ''
  const bare = page.replace(/<style>([^<]*)<\/style>/g, (_, rules: string) => {
    style += rules
    return ''
  })
  return { page: bare.replaceAll(' style="', ' data-look="'), style }
}

/**
 * Puts a page into a frame that is empty or holds another one. Nothing is loaded into it, as `srcdoc` would: WebKit lets no frame load
 * anything under this policy. Written into by the page around it, the frame has that page's address, so that links to its own places lead there.
 */
export function show(frame: HTMLIFrameElement, page: string): void {
  const view = frame.contentWindow as (Window & typeof globalThis) | null
  const document = frame.contentDocument
  if (view === null || document === null) return
  const { page: bare, style } = apart(page)
  if (document.compatMode !== 'CSS1Compat') {
    document.open()
    document.write('<!DOCTYPE html>')
    document.close()
  }
  const parsed = new DOMParser().parseFromString(bare, 'text/html')
  // The frame has a stricter policy than this one, which would be added once more with each page.
  parsed.querySelector('meta[http-equiv]')?.remove()
  for (const element of parsed.querySelectorAll<HTMLElement>('[data-look]')) {
    element.style.cssText = element.dataset['look'] ?? ''
  }
  document.documentElement.replaceWith(document.adoptNode(parsed.documentElement))
  const sheet = new view.CSSStyleSheet()
  sheet.replaceSync(style)
  document.adoptedStyleSheets = [sheet]
}
