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

/** Puts the look into a frame that holds such a page. */
export function dress(frame: HTMLIFrameElement, style: string): void {
  const view = frame.contentWindow as (Window & typeof globalThis) | null
  const document = frame.contentDocument
  if (view === null || document === null) return
  const sheet = new view.CSSStyleSheet()
  sheet.replaceSync(style)
  document.adoptedStyleSheets = [sheet]
  for (const element of document.querySelectorAll<HTMLElement>('[data-look]')) {
    element.style.cssText = element.dataset['look'] ?? ''
  }
}
